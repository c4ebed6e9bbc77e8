import { COMMON_FLAGS } from './common-flags.js';
import type { CommandDefinition } from './definition.js';

export const migrateCommand: CommandDefinition = {
  name: 'migrate',
  description: 'apply pending migrations',
  flags: [
    ...COMMON_FLAGS,
    ['--wait <seconds>', 'how long to keep trying while the database is unreachable (default: 0)'],
  ],
  load: async () => (await import('../actions/migrate.js')).migrate,
};
