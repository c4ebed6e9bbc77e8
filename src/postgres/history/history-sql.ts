import { canonicalChecksum } from '../../core/migration/checksum.js';
import { RUNNING_MARKER, type StepProgress } from '../../core/status/history.js';
import type { MigrationFile } from '../../core/migration/migration-file.js';
import type { RecordedMigration, RowRepair } from '../../core/ports/ports.js';
import type { Program } from '../../core/compile/program.js';
import type { Notice } from '../../core/events/events.js';
import { quoteBody, quoteLiteral } from '../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';

/** SQLSTATE, of our own, that a completion raises when the claim is not the one this transaction made. */
export const LOST_CLAIM = 'NPM01';

const NOW = 'pg_catalog.clock_timestamp()'; // now() is one value for a whole message

/**
 * The claim: removes what a failed or a dead attempt left and inserts a row that says "running". It raises 23505 when
 * the migration is applied already, or when another run than the one known to be dead is at it; it never just matches
 * zero rows.
 */
export function claimSql(
  table: TableName,
  { migration: { file, checksum, text }, interruptedRun }: Pick<Program, 'migration' | 'interruptedRun'>,
  runId: string,
  progress?: StepProgress,
): string[] {
  const name = qualifiedName(table);
  const values = [file, RUNNING_MARKER, checksum, canonicalChecksum(text), 'migrate', runId].map(quoteLiteral);
  const steps = [progress?.done ?? null, progress?.total ?? null, progress?.doneChecksum ?? null].map(quoteLiteral);
  return [
    `DELETE FROM ${name} WHERE migration_file = ${quoteLiteral(file)} AND error_message IS NOT NULL ` +
      `AND (NOT running OR run_id IS NOT DISTINCT FROM ${quoteLiteral(interruptedRun)})`,
    `INSERT INTO ${name} (running, executed_at, started_at, executed_by, migration_file, error_message, checksum, canonical_checksum, ` +
      `origin, run_id, steps_done, steps_total, done_checksum) ` +
      `VALUES (true, ${NOW}, ${NOW}, current_user, ${[...values, ...steps].join(', ')})`,
  ];
}

const COMPLETED =
  `running = false, error_message = NULL, executed_at = ${NOW}, ` +
  `execution_time_ms = (extract(epoch FROM ${NOW} - started_at) * 1000)::integer`;

/**
 * Completes a claim that this very transaction made, and raises when it did not: the file then ended its own
 * transaction.
 *
 * @param marker prefix of an INFO message that carries the recorded duration, and the file, to the client.
 */
export function completeSql(table: TableName, file: string, marker: string): string {
  const update =
    `UPDATE ${qualifiedName(table)} SET ${COMPLETED} ` +
    `WHERE migration_file = ${quoteLiteral(file)} AND xmin = pg_catalog.pg_current_xact_id()::pg_catalog.xid RETURNING execution_time_ms INTO ms`;
  const otherwise = 'the file ended the transaction that it ran in, so its record cannot be trusted';
  return `DO ${quoteBody(`DECLARE ms text; BEGIN ${update}; ${raiseUnlessFound(otherwise)} RAISE INFO '%', ${quoteLiteral(marker)} || ms || ${quoteLiteral(` ${file}`)}; END`)}`;
}

/**
 * Gives the session a name, in which `pg_stat_activity` shows what is running, and tells the client, which makes the
 * server send what it holds back: the completions of the statements before it.
 */
export function announceSql(marker: string, name: string): string {
  return `DO ${quoteBody(`BEGIN PERFORM ${nameSession(name)}; RAISE INFO '%', ${quoteLiteral(marker)}; END`)}`;
}

/** An expression that gives the session a name, until that is reset. */
export function nameSession(name: string): string {
  return `pg_catalog.set_config('application_name', ${quoteLiteral(name)}, false)`;
}

/** Completes a file that ran in steps. */
export function completeStepsSql(table: TableName, file: string, runId: string): string {
  return ownRow(table, file, runId, COMPLETED);
}

/** Records how many steps are done. */
export function progressSql(table: TableName, file: string, runId: string, progress: StepProgress): string {
  return ownRow(
    table,
    file,
    runId,
    `steps_done = ${progress.done}, done_checksum = ${quoteLiteral(progress.doneChecksum)}`,
  );
}

function ownRow(table: TableName, file: string, runId: string, assignments: string): string {
  return assertOneRow(
    `UPDATE ${qualifiedName(table)} SET ${assignments} WHERE migration_file = ${quoteLiteral(file)} AND run_id = ${quoteLiteral(runId)}`,
    'the row of this run is gone from the history',
  );
}

function assertOneRow(update: string, otherwise: string): string {
  return `DO ${quoteBody(`BEGIN ${update}; ${raiseUnlessFound(otherwise)} END`)}`;
}

function raiseUnlessFound(message: string): string {
  return `IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = '${LOST_CLAIM}', MESSAGE = ${quoteLiteral(message)}; END IF;`;
}

/** Records a failed attempt. It never overwrites a success. */
export function failureSql(
  table: TableName,
  { file, checksum, text }: MigrationFile,
  runId: string,
  error: string,
  startedAt: Date,
): string {
  const values = [file, error, checksum, canonicalChecksum(text), 'migrate', runId, startedAt.toISOString()].map(
    quoteLiteral,
  );
  const columns = [
    'executed_at',
    'execution_time_ms',
    'error_message',
    'running',
    'checksum',
    'canonical_checksum',
    'origin',
    'run_id',
    'started_at',
    'executed_by',
  ];
  return (
    `INSERT INTO ${qualifiedName(table)} AS history (running, executed_at, execution_time_ms, executed_by, ` +
    `migration_file, error_message, checksum, canonical_checksum, origin, run_id, started_at) ` +
    `VALUES (false, ${NOW}, ${Math.max(0, Date.now() - startedAt.getTime())}, current_user, ${values.join(', ')}) ` +
    `ON CONFLICT (migration_file) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')} ` +
    'WHERE history.error_message IS NOT NULL'
  );
}

/** Records a failed step; what the row says of the steps before it stays. */
export function stepFailureSql(table: TableName, file: string, runId: string, error: string): string {
  return (
    `UPDATE ${qualifiedName(table)} SET running = false, error_message = ${quoteLiteral(error)}, executed_at = ${NOW} ` +
    `WHERE migration_file = ${quoteLiteral(file)} AND run_id = ${quoteLiteral(runId)} AND error_message IS NOT NULL`
  );
}

/** Records a migration as applied without running it. A row that is applied already is left as it is. */
export function recordSql(
  table: TableName,
  { migration, origin, executedAt }: RecordedMigration,
  runId: string,
): string {
  const values = [migration.file, migration.checksum, canonicalChecksum(migration.text), origin, runId].map(
    quoteLiteral,
  );
  return (
    `INSERT INTO ${qualifiedName(table)} AS history (executed_at, executed_by, migration_file, checksum, canonical_checksum, origin, run_id) ` +
    `VALUES (${executedAt ? quoteLiteral(executedAt.toISOString()) : NOW}, current_user, ${values.join(', ')}) ` +
    'ON CONFLICT (migration_file) DO UPDATE SET error_message = NULL, running = false, executed_at = excluded.executed_at, ' +
    'checksum = excluded.checksum, canonical_checksum = excluded.canonical_checksum, origin = excluded.origin, run_id = excluded.run_id ' +
    'WHERE history.error_message IS NOT NULL'
  );
}

/** Brings the checksum and the name of an applied row in line with its file. */
export function repairSql(table: TableName, { recordedAs, migration }: RowRepair): string {
  const [file, checksum, canonical] = [migration.file, migration.checksum, canonicalChecksum(migration.text)].map(
    quoteLiteral,
  );
  return (
    `UPDATE ${qualifiedName(table)} SET migration_file = ${file}, checksum = ${checksum}, canonical_checksum = ${canonical} ` +
    `WHERE migration_file = ${quoteLiteral(recordedAs)} AND error_message IS NULL`
  );
}

/** Stores the notices of a run's migrations in one statement. */
export function noticesSql(table: TableName, notices: ReadonlyMap<string, readonly Notice[]>): string {
  const rows = [...notices].map(
    ([file, list]) => `(${quoteLiteral(file)}, ${quoteLiteral(JSON.stringify(list))}::jsonb)`,
  );
  return `UPDATE ${qualifiedName(table)} AS history SET notices = said.list FROM (VALUES ${rows.join(', ')}) AS said (file, list) WHERE history.migration_file = said.file`;
}
