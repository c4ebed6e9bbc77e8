import { parseTableName } from '../../src/core/target/table.js';
import { resolveMigratorOptions } from '../../src/composition/validation/migrator-options.js';
import { finding } from '../../src/core/errors/finding.js';
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
import { dumpTooOld } from '../../src/core/errors/catalog/checkpoint-error.js';
import { mayNotCreate } from '../../src/core/errors/catalog/scratch-error.js';
import { locate } from '../../src/core/sql/text/position.js';
import { checkTenants } from '../../src/core/tenants/check-tenants.js';
import { countOutcomes, type TenantOutcome, type TenantResult } from '../../src/core/tenants/report.js';
import { RolloutStoppedError } from '../../src/core/tenants/rollout-stopped.js';
import { MigrationDirectory } from '../../src/files/directory.js';
import { connectError, queryError, readOnlyError } from '../../src/postgres/connection/server-error.js';
import { assertHistoryTable } from '../../src/postgres/history/table-shape.js';
import { DIRECTORY, FINDING_SAMPLES, TABLE, TARGET } from './finding-samples.js';

const FAILED_TEXT = "-- enrolments are open from now on\nUPDATE enrolment SET status = 'open';\n";

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
        unindexed: [],
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
  CHECKPOINT: dumpTooOld('pg_dump', '15.14', 18),
};

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
