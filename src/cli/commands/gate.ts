import { COMMON_FLAGS, FILE_FLAGS, JUDGING_FLAGS, RUN_FLAGS } from './common-flags.js';
import type { CommandDefinition, Flag } from './definition.js';

const TABLE_LOCK_TIMEOUT: Flag = [
  '--table-lock-timeout <seconds>',
  'the lock_timeout that runs set, for what lint says about waiting (default: 5)',
];

/** Commands for pipelines and for writing migrations. */
export const GATE: readonly CommandDefinition[] = [
  {
    name: 'check',
    description:
      'for pipelines: end with 1 if something failed or will be refused, 5 on drift, 6 if lint finds an error in a pending migration, 4 if something is pending',
    flags: [
      [
        '--base <ref>',
        'instead of the database, ask git what the branch changes: end with 1 if a file that is merged into this ref was edited, renamed or deleted, or if a new one has its number or sorts before it; lint judges the new files',
      ],
      ['--format <format>', 'text, or github for annotations of GitHub Actions (default: text)'],
      ['--lint <level>', 'off, warn to show what lint finds, or error to end with 6 because of it (default: error)'],
      ...JUDGING_FLAGS,
      ...RUN_FLAGS,
      TABLE_LOCK_TIMEOUT,
      ...COMMON_FLAGS,
    ],
    examples: ['nest-migrations check', 'nest-migrations check --base origin/main --format github'],
    load: async () => (await import('../actions/gate/check.js')).check,
  },
  {
    name: 'lint',
    description:
      'find statements that would block or break the application, in the pending migrations; without a database in all of them. Ends with 6 if there is an error',
    flags: [
      ['--all', 'judge all migrations, and do not ask the database'],
      ['--strict', 'end with 6 because of a warning too'],
      ['--format <format>', 'text, sarif, or github for annotations of GitHub Actions (default: text)'],
      ...JUDGING_FLAGS,
      ...RUN_FLAGS,
      TABLE_LOCK_TIMEOUT,
      ...COMMON_FLAGS,
    ],
    examples: [
      'nest-migrations lint --rule drop-column=error',
      'nest-migrations lint --all --format sarif > lint.sarif',
    ],
    load: async () => (await import('../actions/gate/lint.js')).lint,
  },
  {
    name: 'new',
    argument: ['<name>', 'what it is about: add_users'],
    description:
      'create a migration with the next number or a timestamp, as the others have it. Its text comes from standard input',
    flags: [
      ['--number', 'number it, although the others have timestamps'],
      ['--timestamp', 'give it a timestamp, although the others have numbers'],
      ...FILE_FLAGS,
    ],
    examples: [
      'nest-migrations new add_users',
      "echo 'CREATE TABLE users (id bigint);' | nest-migrations new add_users",
    ],
    load: async () => (await import('../actions/gate/new.js')).newMigration,
  },
];
