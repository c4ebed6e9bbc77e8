import { parseTableName } from '../../src/core/target/table.js';
import { resolveMigratorOptions } from '../../src/composition/validation/migrator-options.js';
import { finding, type FindingCode, type FindingDetails } from '../../src/core/errors/finding.js';
import {
  ConfigurationError,
  NotUpToDateError,
  RefusedError,
  UnknownMigrationError,
} from '../../src/core/errors/input-errors.js';
import { LockInUseError, LockLostError, LockTimeoutError } from '../../src/core/errors/lock-errors.js';
import { MigrationError, type MigrationErrorCode } from '../../src/core/errors/migration-error.js';
import { MigrationFailedError } from '../../src/core/errors/migration-failed.js';
import { InDoubtError, InterruptedError } from '../../src/core/errors/run-errors.js';
import { mayNotCreate } from '../../src/core/errors/catalog/scratch-error.js';
import { locate } from '../../src/core/sql/text/position.js';
import { checkTenants } from '../../src/core/tenants/check-tenants.js';
import { countOutcomes, type TenantOutcome, type TenantResult } from '../../src/core/tenants/report.js';
import { RolloutStoppedError } from '../../src/core/tenants/rollout-stopped.js';
import { undoSectionAdvice } from '../../src/core/tools/registry.js';
import { MigrationDirectory } from '../../src/files/directory.js';
import { connectError, queryError, readOnlyError } from '../../src/postgres/connection/server-error.js';
import { assertHistoryTable } from '../../src/postgres/history/table-shape.js';

const DIRECTORY = '/srv/app/migrations';
const TABLE = 'shared.schema_migrations';
const TARGET = `app/${TABLE}`;
const RECORDED_AT = new Date('2026-01-31T03:00:00Z');
const FAILED_TEXT = "-- enrolments are open from now on\nUPDATE enrolment SET status = 'open';\n";

/** One finding of every code, as docs/errors.md shows it. */
export const FINDING_SAMPLES: Readonly<Record<FindingCode, FindingDetails>> = {
  CHANGED: { subject: '004_orders.sql', recorded: 'a1b2c3d4e5f6', actual: 'f6e5d4c3b2a1' },
  COSMETIC: { subject: '004_orders.sql', recorded: 'a1b2c3d4e5f6', actual: '0f1e2d3c4b5a' },
  RENAMED: { subject: '005_orders.sql', recorded: '004_orders.sql' },
  RENAMED_UNFINISHED: { subject: '006_indexes.sql', recorded: '005_indexes.sql' },
  MISSING: { subject: '003_customers.sql' },
  OUT_OF_ORDER: { subject: '004_coupons.sql', recorded: '999_typo.sql' },
  AMBIGUOUS_RENAME: { subject: '007_seed.sql', recorded: '005_seed.sql, 006_seed.sql' },
  FAILED: { subject: '005_x.sql', recorded: 'relation "enrolment" does not exist (SQLSTATE 42P01)' },
  AHEAD: { subject: '018_next.sql' },
  UNVERIFIED: { subject: '001_schema.sql' },
  ORPHANED: { subject: '005_indexes.sql', detail: '2 of 4 steps finished' },
  INVALID_INDEX: {
    subject: 'Index public.orders_by_customer',
    detail: '005_indexes.sql',
    actual: 'public.orders_by_customer',
  },
  NOT_IN_MIGRATIONS: { subject: 'Column public.orders.note', actual: 'text' },
  NOT_IN_DATABASE: { subject: 'Index orders_by_customer on public.orders' },
  DIFFERS_FROM_MIGRATIONS: {
    subject: 'Column public.orders.status',
    detail: 'definition: text → character varying(20)',
    recorded: 'text',
    actual: 'character varying(20)',
  },
  FAR_REACHING_STATEMENT: { ...at('002_roles.sql', 1, 1), detail: 'CREATE ROLE' },
  UNREADABLE_STATEMENT: at('004_orders.sql', 3, 1),
  UNUSABLE_FILE: {
    subject: 'orders.sql',
    detail:
      'its name does not begin with a number, so it has no place in the order. Name it like 001_name.sql or 20240131120000_name.sql',
  },
  EMPTY_DIRECTORY: { subject: DIRECTORY, recorded: '17', actual: TARGET },
  NO_MIGRATIONS: { subject: DIRECTORY },
  OBJECT_ADDED: { subject: 'Index by_note on public.orders', since: RECORDED_AT, actual: 'CREATE INDEX by_note …' },
  OBJECT_REMOVED: { subject: 'Table public.coupons', since: RECORDED_AT, recorded: 'owner: app' },
  OBJECT_CHANGED: {
    subject: 'Column public.orders.note',
    since: RECORDED_AT,
    detail: 'definition: text → character varying(20)',
    recorded: 'text',
    actual: 'character varying(20)',
  },
  OBJECTS_REWRITTEN: { subject: TARGET, recorded: '15', actual: '18', detail: 'View public.recent_orders' },
  CATALOG_NOT_RECORDED: { subject: TARGET, detail: '004_coupons.sql ran after it was recorded' },
  CATALOG_NOT_COMPARED: {
    subject: TARGET,
    detail: 'the role may not read it',
    actual: 'GRANT SELECT ON shared.schema_migrations_catalog TO app',
  },
  UNDO_SECTION: { ...at('004_orders.sql', 9, 1), detail: undoSectionAdvice('-- +goose Down') as string },
  SECTION: { subject: '004_orders.sql', detail: 'it has no line "-- +goose Up", so nothing says what to run' },
  META_COMMAND: { ...at('004_orders.sql', 2, 1), detail: '\\connect' },
  COPY_WITHOUT_END: at('006_countries.sql', 3, 1),
  NUL_CHARACTER: at('004_orders.sql', 12, 31),
  UNKNOWN_DIRECTIVE: {
    ...at('004_orders.sql', 1, 1),
    detail: '-- statement-timout: 5min',
    actual: '-- statement-timeout: 5min',
  },
  INVALID_DIRECTIVE: { ...at('004_orders.sql', 1, 1), detail: '-- lock-timeout: half a minute' },
  READ_ONLY_TRANSACTION: at('004_orders.sql', 1, 1),
  OPEN_TRANSACTION: at('004_orders.sql', 7, 1),
  MISSING_PLACEHOLDER: { ...at('004_orders.sql', 2, 14), detail: 'tenant' },
  FINISHED_STEPS_CHANGED: { subject: '005_indexes.sql', detail: '2 of 4' },
  STEP_IN_DOUBT: { subject: '008_backfill.sql', detail: 'CALL backfill_orders()' },
  LOST_SESSION: { subject: '005_indexes.sql', detail: 'temporary relation imported_rows' },
  NOT_TRANSACTIONAL: {
    subject: '005_indexes.sql',
    detail: '"CREATE INDEX CONCURRENTLY" cannot run in a transaction',
  },
  UNLOCKED: { subject: '005_indexes.sql', detail: '"CREATE INDEX CONCURRENTLY" cannot run in a transaction' },
  POOLER_SESSION_LOCK: at('004_orders.sql', 1, 1),
  POOLER_SESSION_STATE: at('005_indexes.sql', 1, 1),
  POOLER_LIMIT: at('005_indexes.sql', 3, 1),
  POOLER_ROLE: at('005_indexes.sql', 3, 1),
  LINT_ERROR: {
    ...at('006_orders.sql', 3, 1),
    detail:
      'builds an index on orders without CONCURRENTLY, which blocks all writes to the table until it is built (orders has about 1,200,000 rows, 310 MB). Use CREATE INDEX CONCURRENTLY in a separate file, without BEGIN: such a file runs statement by statement, not in a transaction',
    actual: 'create-index-without-concurrently',
  },
  CHECKSUMS_ADOPTED: { subject: TARGET, detail: '001_users.sql, 002_customers.sql' },
  RUNS_OUT_OF_ORDER: { subject: '004_coupons.sql' },
  LINT_WARNING: {
    ...at('006_orders.sql', 5, 1),
    detail:
      'drops the column status of orders, which the running release may still use. Drop it once no running release uses it, and say so: "-- allow: drop-column because …" before the statement',
    actual: 'drop-column',
  },
  CREATION_SKIPPED: {
    ...at('004_platform_billing.sql', 19, 1),
    detail: 'table shared.subscriptions',
    recorded: '004_billing.sql',
    actual: 'it has no column plan_code; status is varchar(20), not text',
  },
  RESUMED: {
    subject: '005_indexes.sql',
    detail:
      '2 of its 4 steps are done; it continues at line 5 with "CREATE INDEX CONCURRENTLY orders_by_customer ON orders (customer_id)"',
  },
  RUN_AS_STEPS: { subject: '008_backfill.sql', detail: 'SQLSTATE 2D000' },
  INVALID_INDEX_DROPPED: { subject: 'Index public.orders_by_customer' },
  INDEX_BUILD_AWAITED: { subject: 'Index public.orders_by_customer' },
  DETACH_FINISHED: { subject: 'Partition orders_2023' },
  SESSION_LOCK_BEHIND_POOLER: { subject: TARGET },
  COMPANION_NOT_WRITABLE: {
    subject: 'shared.schema_migrations_audit',
    detail: 'app_owner',
    actual: 'GRANT CREATE ON SCHEMA "shared" TO "app_owner"',
  },
  DETAILS_NOT_RECORDED: {
    subject: 'Run 6f1c2a34-0b5d-4c8e-9a7f-2d3e4f5a6b7c',
    detail: 'canceling statement due to statement timeout',
  },
  LOSS_RESOLVED: {
    subject: 'Run 6f1c2a34-0b5d-4c8e-9a7f-2d3e4f5a6b7c',
    detail: 'The connection was lost while running 004_orders.sql: read ECONNRESET.',
  },
  TENANT_SCHEMA_MISSING: { subject: 'Tenant oak-hill', detail: 'school_oak_hill' },
  TENANT_SCHEMA_TAKEN: { subject: 'Tenant oak-hil', detail: 'school_oak_hill', actual: 'oak-hill' },
  NO_TENANTS: { subject: 'The list of tenants' },
};

const TENANT_PROBLEMS = checkTenants(
  [
    { name: 'oak hill', schema: 'school_oak_hill' },
    { name: 'elm-park', schema: 'school_elm_park' },
    { name: 'elm-park-2', schema: 'school_elm_park' },
  ].map((given) => ({ given, place: { database: '', server: '' }, hasConnection: false })),
  'shared',
).problems;

const failure = new MigrationFailedError({
  file: '003_marks.sql',
  server: { sqlstate: '42P07', message: 'relation "marks" already exists' },
  location: locate('CREATE TABLE marks (id int);\n', 0),
  aftermath: { kind: 'rolled-back' },
  applied: [],
  pending: ['003_marks.sql'],
});
const outcomeOf = (tenant: string, outcome: TenantOutcome, error?: MigrationError): TenantResult => ({
  tenant,
  group: undefined,
  outcome,
  applied: outcome === 'applied' ? ['003_marks.sql'] : [],
  runId: undefined,
  durationMs: 12,
  ...(error && { error }),
});
const results = [
  outcomeOf('ash-grove', 'applied'),
  outcomeOf('elm-park', 'failed', failure),
  outcomeOf('oak-hill', 'skipped'),
];

/** One error of every code, as docs/errors.md shows it; made by the code that throws it where that needs no database. */
export const ERROR_SAMPLES: Readonly<Record<MigrationErrorCode, MigrationError>> = {
  INVALID_OPTIONS: thrownBy(() =>
    resolveMigratorOptions({ connectionString: undefined, direcotry: 'migrations' } as object),
  ),
  INVALID_TABLE: thrownBy(() => parseTableName('shared.schema migrations')),
  INVALID_TENANTS: new ConfigurationError('INVALID_TENANTS', TENANT_PROBLEMS),
  INVALID_DIRECTORY: await rejection(new MigrationDirectory(DIRECTORY).read()),
  REFUSED: new RefusedError([
    finding('CHANGED', FINDING_SAMPLES.CHANGED),
    finding('META_COMMAND', FINDING_SAMPLES.META_COMMAND),
  ]),
  MIGRATION_FAILED: new MigrationFailedError({
    file: '005_x.sql',
    server: { sqlstate: '42P01', message: 'relation "enrolment" does not exist' },
    location: locate(FAILED_TEXT, FAILED_TEXT.indexOf('enrolment SET')),
    aftermath: { kind: 'rolled-back' },
    applied: ['003_a.sql', '004_b.sql'],
    pending: ['006_y.sql'],
  }),
  HISTORY_TABLE: thrownBy(() =>
    assertHistoryTable(
      {
        schemaExists: true,
        kind: 'r',
        columns: ['version', 'dirty'],
        hasKey: true,
        role: 'app_owner',
        missingRights: [],
        mayCreate: true,
        companions: { audit: 'usable', source: 'usable', incidents: 'usable', catalog: 'usable' },
      },
      parseTableName('public.schema_migrations'),
    ),
  ),
  UNREACHABLE: connectError(
    Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:5432'), { code: 'ECONNREFUSED', syscall: 'connect' }),
  ),
  CONNECTION_REFUSED: connectError(serverError('28P01', 'password authentication failed for user "app_owner"')),
  CONNECTION_LOST: ours(
    queryError('recording a migration', serverError('57P01', 'terminating connection due to administrator command')),
  ),
  READ_ONLY: readOnlyError('standby'),
  INTERRUPTED: new InterruptedError('SIGTERM', ['003_a.sql'], ['004_b.sql', '005_c.sql'], 'cancelled'),
  IN_DOUBT: new InDoubtError('008_backfill.sql', 'CALL backfill_orders()'),
  LOCK_TIMEOUT: new LockTimeoutError(
    900_000,
    {
      pid: 4711,
      applicationName: 'api-7d9f',
      since: new Date('2026-01-31T03:00:00Z'),
      running: '005_indexes.sql',
      blockedBy: [4242],
      silentMs: null,
    },
    TARGET,
  ),
  LOCK_LOST: new LockLostError(TABLE),
  LOCK_IN_USE: new LockInUseError(
    {
      pid: 4711,
      applicationName: 'api-7d9f',
      since: new Date('2026-01-31T03:00:00Z'),
      running: '005_indexes.sql',
      blockedBy: [],
      silentMs: null,
    },
    TARGET,
  ),
  NOT_UP_TO_DATE: new NotUpToDateError(
    [
      { file: '004_orders.sql', state: 'failed' },
      { file: '005_indexes.sql', state: 'pending' },
    ],
    TARGET,
  ),
  UNKNOWN_MIGRATION: new UnknownMigrationError(`There is no migration 07_x.sql in ${DIRECTORY}.`),
  ROLLOUT_STOPPED: new RolloutStoppedError({
    tenants: results,
    counts: countOutcomes(results),
    warnings: [],
    durationMs: 40,
    stopped: { by: 'failures', reason: '1 tenant failed, and "rollout.stopAfter" is 1' },
  }),
  DATABASE_ERROR: ours(
    queryError('reading the history', serverError('42501', 'permission denied for table schema_migrations')),
  ),
  SCRATCH_DATABASE: mayNotCreate('"app_owner"'),
};

function at(subject: string, line: number, column: number): FindingDetails {
  return { subject, line, column };
}

/** An error as the driver passes it on. */
function serverError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, severity: 'ERROR' });
}

function ours(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error;
  throw error;
}

function thrownBy(work: () => unknown): MigrationError {
  try {
    work();
  } catch (error) {
    return ours(error);
  }
  throw new Error('it did not throw');
}

function rejection(work: Promise<unknown>): Promise<MigrationError> {
  return work.then(() => {
    throw new Error('it did not fail');
  }, ours);
}
