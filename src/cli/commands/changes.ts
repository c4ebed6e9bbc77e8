import { FOREIGN_TOOLS } from '../../core/tools/names.js';
import { COMMON_FLAGS, CONFIRMATION_FLAGS, LOCK_FLAGS, PLACEHOLDER, TENANT_FLAGS } from './common-flags.js';
import type { CommandDefinition, Flag } from './definition.js';

const CHANGE_FLAGS: readonly Flag[] = [...TENANT_FLAGS, ...CONFIRMATION_FLAGS, ...COMMON_FLAGS, ...LOCK_FLAGS];

/** Commands that change the history and run no migration. */
export const CHANGES: readonly CommandDefinition[] = [
  {
    name: 'mark',
    argument: ['<file>', 'the migration'],
    description: 'record a migration as applied, without running it',
    flags: CHANGE_FLAGS,
    examples: ["nest-migrations mark 012_add_users.sql --reason 'applied by hand during the incident'"],
    load: async () => (await import('../actions/changes/mark.js')).mark,
  },
  {
    name: 'unmark',
    argument: ['<file>', 'its name in the history'],
    description: 'remove a migration from the history, without undoing it',
    flags: CHANGE_FLAGS,
    examples: ['nest-migrations unmark 012_add_users.sql --dry-run'],
    load: async () => (await import('../actions/changes/unmark.js')).unmark,
  },
  {
    name: 'baseline',
    argument: ['<version>', 'a version (016) or a file name'],
    description: 'record every migration up to a version as applied, for a database that already has its objects',
    flags: CHANGE_FLAGS,
    examples: ["nest-migrations baseline 016 --reason 'restored from a dump'"],
    load: async () => (await import('../actions/changes/mark.js')).baseline,
  },
  {
    name: 'import',
    argument: ['<tool>', `one of ${FOREIGN_TOOLS.join(', ')}`],
    description: 'record what another migration tool has applied; its table is not changed',
    flags: [['--from-table <table>', "table of the other tool (default: the tool's own)"], ...CHANGE_FLAGS],
    examples: ['nest-migrations import golang-migrate --dry-run', 'nest-migrations import flyway --all --dry-run'],
    load: async () => (await import('../actions/changes/import.js')).importFrom,
  },
  {
    name: 'repair',
    description:
      'make recorded checksums and names match the files, and remove the failures of migrations that will not run again',
    flags: [
      [
        '--resume <file>',
        'instead, let this unfinished migration continue after its finished steps, even if they were edited',
      ],
      ['--restart <file>', 'instead, make this unfinished migration start from the beginning'],
      PLACEHOLDER,
      ...CHANGE_FLAGS,
    ],
    examples: ['nest-migrations repair --dry-run', 'nest-migrations repair --restart 012_add_users.sql'],
    load: async () => (await import('../actions/changes/repair.js')).repair,
  },
  {
    name: 'accept',
    argument: ['[file]', 'the file to accept (default: all)'],
    description: 'accept changed files, or, with --catalog, schema changes made without a migration',
    flags: [
      ['--catalog', 'accept the current schema instead of files'],
      ['--object <name>', 'accept only this object, named as drift reports it: "Table public.orders"'],
      ...CHANGE_FLAGS,
    ],
    examples: ["nest-migrations accept 012_add_users.sql --reason 'a comment was added'"],
    load: async () => (await import('../actions/changes/repair.js')).accept,
  },
  {
    name: 'resolve',
    argument: ['<file>', 'its name in the history'],
    description: 'say whether the statement that was interrupted in a migration took effect',
    flags: [
      ['--done', 'it took effect: continue after it'],
      ['--again', 'it did not: execute it again'],
      ...CHANGE_FLAGS,
    ],
    examples: ['nest-migrations resolve 012_add_users.sql --done'],
    load: async () => (await import('../actions/changes/resolve.js')).resolve,
  },
  {
    name: 'unlock',
    description:
      'show who holds the migration lock, and free it if that process is gone; exit with 7 if it may still be working',
    flags: [
      ['--force', 'terminate the holder even if it may still be working'],
      ['--silent-for <seconds>', 'treat a holder that has sent nothing for this long as gone (default: 30)'],
      ...CHANGE_FLAGS,
    ],
    examples: ['nest-migrations unlock', "nest-migrations unlock --yes --reason 'its node was lost'"],
    load: async () => (await import('../actions/changes/unlock.js')).unlock,
  },
  {
    name: 'adopt',
    description:
      'take over the histories of tenants whose schemas have OIDs other than those recorded, for example after restoring, upgrading or moving the database',
    flags: [...TENANT_FLAGS, ...CONFIRMATION_FLAGS, ...COMMON_FLAGS],
    examples: [
      'nest-migrations adopt --all --dry-run',
      "nest-migrations adopt --tenant oak-hill --reason 'restored from a dump'",
    ],
    load: async () => (await import('../actions/changes/adopt.js')).withoutSelection,
    loadForTenants: async () => (await import('../actions/changes/adopt.js')).adoptTenants,
  },
];
