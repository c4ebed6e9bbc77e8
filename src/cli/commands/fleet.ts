import { COMMON_FLAGS, CONFIRMATION_FLAGS, LIMIT_FLAGS, LOCK_FLAGS, RUN_FLAGS } from './common-flags.js';
import type { CommandDefinition, CommandGroup, Flag } from './definition.js';

/** The commands whose names begin with `fleet`. */
export const FLEET_GROUP: CommandGroup = {
  name: 'fleet',
  description: 'migrate tenants in several processes: run workers, show and control rollouts',
};

const ROLLOUT: CommandDefinition['argument'] = [
  '[rollout]',
  'its ID, or the first characters of it; optional if only one rollout is running',
];

const BY_ID = 'Rollouts are chosen by ID, not by tenant; fleet rollouts lists the IDs.';

const SCHEMA: Flag = ['--schema <schema>', 'the schema of a tenant that is not on the list'];

const TENANT: CommandDefinition['argument'] = [
  '<tenant>',
  'the name of the tenant, which must be on the list unless --schema is given',
];

/** Commands for workers and rollouts, and for creating and removing one tenant. */
export const FLEET: readonly CommandDefinition[] = [
  {
    name: 'provision',
    argument: TENANT,
    description:
      'create the schema of a tenant and apply its files, in one transaction if they allow it; safe to repeat',
    flags: [
      SCHEMA,
      ['--dry-run', 'only show what would run'],
      ...COMMON_FLAGS,
      ...LOCK_FLAGS,
      ...RUN_FLAGS,
      ...LIMIT_FLAGS,
    ],
    examples: ['nest-migrations provision elm-park', 'nest-migrations provision elm-park --schema elm_park --dry-run'],
    withoutTenants: 'provision works on one tenant: give its name without a flag.',
    load: async () => (await import('../actions/fleet/provision.js')).provision,
  },
  {
    name: 'deprovision',
    argument: TENANT,
    description: 'remove the history of a tenant and, with --drop-schema, its schema with everything in it',
    flags: [
      SCHEMA,
      ['--drop-schema', 'also drop the schema, with everything in it'],
      ...CONFIRMATION_FLAGS,
      ...COMMON_FLAGS,
    ],
    examples: [
      'nest-migrations deprovision oak-hill --dry-run',
      "nest-migrations deprovision oak-hill --schema oak_hill --drop-schema --reason 'closed in 2026'",
    ],
    withoutTenants: 'deprovision works on one tenant: give its name without a flag.',
    load: async () => (await import('../actions/fleet/deprovision.js')).deprovision,
  },
  {
    name: 'fleet work',
    description: 'migrate tenants for the rollouts of other processes, until SIGTERM or SIGINT',
    flags: [
      ['--connect-retry <seconds>', 'how long to wait for the database if it is unreachable at the start (default: 0)'],
      ...COMMON_FLAGS,
      ...LOCK_FLAGS,
      ...RUN_FLAGS,
      ...LIMIT_FLAGS,
    ],
    examples: [
      'nest-migrations fleet work',
      'nest-migrations fleet work --module dist/app.module.js --connect-retry 60',
    ],
    withoutTenants:
      'A worker migrates the tenants of every rollout: select them where the rollout begins, with migrate.',
    load: async () => (await import('../actions/fleet/work.js')).work,
  },
  {
    name: 'fleet rollouts',
    description: 'show the rollouts that are running, whichever process began them, and their progress',
    flags: COMMON_FLAGS,
    examples: ['nest-migrations fleet rollouts', 'nest-migrations fleet rollouts --module dist/app.module.js --json'],
    withoutTenants: BY_ID,
    load: async () => (await import('../actions/fleet/rollouts.js')).rollouts,
  },
  {
    name: 'fleet pause',
    argument: ROLLOUT,
    description:
      'stop a rollout from migrating further tenants; running migrations finish. Rollouts that begin later are not paused',
    flags: COMMON_FLAGS,
    examples: ['nest-migrations fleet pause', 'nest-migrations fleet pause 0b7c41d2'],
    withoutTenants: BY_ID,
    load: async () => (await import('../actions/fleet/control.js')).pause,
  },
  {
    name: 'fleet resume',
    argument: ROLLOUT,
    description: 'let a paused rollout continue',
    flags: COMMON_FLAGS,
    examples: ['nest-migrations fleet resume', 'nest-migrations fleet resume 0b7c41d2'],
    withoutTenants: BY_ID,
    load: async () => (await import('../actions/fleet/control.js')).resume,
  },
  {
    name: 'fleet cancel',
    argument: ROLLOUT,
    description:
      'end a rollout, and interrupt the migrations that are running. The next rollout continues with the tenants that are behind',
    flags: COMMON_FLAGS,
    examples: ['nest-migrations fleet cancel', 'nest-migrations fleet cancel 0b7c41d2'],
    withoutTenants: BY_ID,
    load: async () => (await import('../actions/fleet/control.js')).cancel,
  },
];
