import type { CoveredFile } from '../../core/history/covered-file.js';
import { RUNNING_MARKER, type HistoryRow, type Origin } from '../../core/history/history.js';
import { EMPTY_CHECKSUM, type Migration } from '../../core/migration/migration.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import { assignments, insertFromSql, insertSql, NOW, SqlExpression, type ColumnValues } from './columns.js';

/** The error of a completion that did not find its claim. */
export const LOST_CLAIM = "the file ended the migration's transaction, so its record cannot be trusted";

const BY_CURRENT_USER = new SqlExpression('current_user');

/** The column values of a completed migration. */
export const COMPLETED: ColumnValues = {
  running: false,
  error_message: null,
  executed_at: NOW,
  execution_time_ms: new SqlExpression(
    `(extract(epoch FROM ${NOW.sql} - started_at)::pg_catalog.float8 * 1000::pg_catalog.float8)::integer`,
  ),
  next_statement: null,
  next_checksum: null,
};

type Identity = Readonly<
  Record<keyof Pick<Migration, 'file' | 'checksum' | 'canonicalChecksum'>, string | SqlExpression>
>;

/** The columns that identify the file. */
export function identity({ file, checksum, canonicalChecksum }: Identity): ColumnValues {
  return { migration_file: file, checksum, canonical_checksum: canonicalChecksum, executed_by: BY_CURRENT_USER };
}

/** Inserts a "running" row. */
export function claimSql(scope: HistoryScope, runId: string, of: Identity, more: ColumnValues = {}): string {
  return insertSql(scope, {
    ...identity(of),
    origin: 'migrate',
    run_id: runId,
    running: true,
    error_message: RUNNING_MARKER,
    executed_at: NOW,
    started_at: NOW,
    ...more,
  });
}

/**
 * Records the migrations that a checkpoint stands for, in its transaction and in place of failed attempts at them. Raises
 * 23505 if another process has applied one of them.
 */
export function coverSql(
  scope: HistoryScope,
  runId: string,
  covers: readonly CoveredFile[],
  origin: Origin = 'checkpoint',
): string[] {
  if (covers.length === 0) return [];
  const list = `${quoteLiteral(JSON.stringify(covers))}::pg_catalog.jsonb`;
  const files = `pg_catalog.jsonb_to_recordset(${list}) AS covered (file pg_catalog.text, checksum pg_catalog.text, "canonicalChecksum" pg_catalog.text)`;
  const values: ColumnValues = {
    migration_file: new SqlExpression('covered.file'),
    checksum: new SqlExpression('covered.checksum'),
    canonical_checksum: new SqlExpression('covered."canonicalChecksum"'),
    executed_by: BY_CURRENT_USER,
    origin,
    run_id: runId,
    executed_at: NOW,
  };
  return [
    `DELETE FROM ${scope.name} WHERE migration_file IN (SELECT file FROM ${files})${scope.andOwn} AND error_message IS NOT NULL AND NOT running`,
    insertFromSql(scope, values, files),
  ];
}

/** Deletes the row of a failed or dead attempt, even under another name. */
export function deleteDeadSql(scope: HistoryScope, { file }: Migration, row: HistoryRow): string {
  const names = [...new Set([file, row.file])].map(quoteLiteral).join(', ');
  const dead = quoteLiteral(row.state === 'running' ? row.runId : null);
  return (
    `DELETE FROM ${scope.name} WHERE migration_file IN (${names})${scope.andOwn} AND (error_message IS NOT NULL ` +
    `AND (NOT running OR run_id IS NOT DISTINCT FROM ${dead})${orEmpty(row)})`
  );
}

/**
 * Completes a claim of the same transaction and returns its duration. A cast raises the error: a PL/pgSQL block
 * would cost three times as much as the update.
 *
 * @param file SQL for the file.
 */
export function completionSql(scope: HistoryScope, file: string, marker: string): string {
  const duration = 'pg_catalog.max(execution_time_ms)';
  const lost = `pg_catalog.concat(${quoteLiteral(`${marker}${LOST_CLAIM}`)}, ${duration})::integer::pg_catalog.text`;
  const report = `pg_catalog.concat(${quoteLiteral(marker)}, ${duration}, ' ', pg_catalog.max(migration_file))`;
  return (
    `WITH done AS (UPDATE ${scope.name} SET ${assignments(COMPLETED)} WHERE migration_file = ${file}${scope.andOwn} ` +
    'AND xmin = pg_catalog.pg_current_xact_id()::pg_catalog.xid RETURNING migration_file, execution_time_ms) ' +
    `SELECT CASE pg_catalog.count(*) WHEN 0 THEN ${lost} ELSE ${report} END FROM done`
  );
}

/** An applied row may be replaced only if its file had no statements when it was applied. */
export function orEmpty(row: HistoryRow | undefined, prefix = ''): string {
  return row?.state === 'applied' ? ` OR ${prefix}canonical_checksum = ${quoteLiteral(EMPTY_CHECKSUM)}` : '';
}
