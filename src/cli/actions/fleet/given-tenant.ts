import type { TenantDefinition } from '../../../composition/fleet/tenants-options.js';
import { ConfigurationError } from '../../../core/errors/input-errors.js';
import { unknownTenant } from '../../../core/tenants/check-tenants.js';
import { MAIN_DATABASE, type Tenant } from '../../../core/tenants/tenant.js';
import { usageError } from '../../process/cli-error.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { forTenant } from '../../render/tenants/for-tenant.js';

/** A tenant that was typed. */
interface GivenTenant {
  /** What a fleet calls it: its name, or its definition if it is not on the list. */
  readonly tenant: string | TenantDefinition;
  readonly schema: string | undefined;
  readonly isListed: boolean;
}

/**
 * The terminal of a command on one tenant: what its errors suggest is for this tenant, and not for the shared files. For a
 * tenant that is not on the list, such a command is refused until it is.
 */
export function forOneTenant(terminal: CommandTerminal, name: string): CommandTerminal {
  const typed = forTenant(terminal.typed, name);
  terminal.retype(typed);
  return { ...terminal, typed };
}

/**
 * The tenant with a name.
 *
 * @param listed the tenants on the list.
 * @param schema its schema, if it is not on the list.
 * @throws ConfigurationError, CliError
 */
export function givenTenant(listed: readonly Tenant[], name: string, schema: string | undefined): GivenTenant {
  const found = listed.find((tenant) => tenant.name === name);
  if (found) {
    if (schema === undefined || schema === found.schema) return { tenant: name, schema: found.schema, isListed: true };
    const own = found.schema === undefined ? 'without a schema' : `with the schema ${found.schema}`;
    throw usageError(`tenant ${name} is on the list ${own}, not ${schema}`);
  }
  if (schema === undefined) {
    const problem = unknownTenant(name, listed);
    const detail = `${problem.detail}; give the schema of a tenant that is not on the list with --schema`;
    throw new ConfigurationError('INVALID_OPTIONS', [{ ...problem, detail }]);
  }
  const owner = listed.find((tenant) => tenant.schema === schema && tenant.place.database === MAIN_DATABASE);
  if (owner) throw usageError(`the schema ${schema} belongs to the tenant ${owner.name}`);
  return { tenant: { name, schema }, schema, isListed: false };
}
