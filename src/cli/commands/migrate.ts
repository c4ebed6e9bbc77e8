import { COMMON_FLAGS, LINTING_FLAGS, LIMIT_FLAGS, LOCK_FLAGS, RUN_FLAGS, TENANT_FLAGS } from './common-flags.js';
import type { CommandDefinition } from './definition.js';

/** The command `migrate`. */
export const migrateCommand: CommandDefinition = {
  name: 'migrate',
  description: 'apply pending migrations; for tenants, after the shared ones',
  flags: [
    ...TENANT_FLAGS,
    ...COMMON_FLAGS,
    ['--to <file>', 'apply nothing after this file or version'],
    ['--step <n>', 'apply only the next n migrations'],
    ['--dry-run', 'only show what would run, as plan does'],
    ['--connect-retry <seconds>', 'how long to wait for the database if it is unreachable (default: 0)'],
    ...LOCK_FLAGS,
    ...RUN_FLAGS,
    ...LIMIT_FLAGS,
    ['--lint <level>', 'lint pending migrations first: off, warn, or error to refuse to run on errors (default: off)'],
    ...LINTING_FLAGS,
  ],
  examples: [
    'nest-migrations migrate --dir db/migrations --connect-retry 60',
    'nest-migrations migrate --lint error --migration-lock-timeout 300',
    'nest-migrations migrate --placeholder schema=billing --json',
    'nest-migrations migrate --all',
  ],
  load: async () => (await import('../actions/migrate.js')).migrate,
  loadForTenants: async () => (await import('../actions/tenants/migrate.js')).migrateTenants,
};
