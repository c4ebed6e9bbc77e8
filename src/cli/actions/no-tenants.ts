import { ConfigurationError } from '../../core/errors/input-errors.js';

/** A command needs tenants, and none are configured. */
export function noTenants(): ConfigurationError {
  return new ConfigurationError('INVALID_OPTIONS', [{ option: 'tenants', code: 'missing', detail: DETAIL }]);
}

const DETAIL =
  "is missing: add `tenants: { directory: 'migrations/tenants', list: 'SELECT name, schema FROM …' }` to migrations.config.*, or take the options of the application with --module";
