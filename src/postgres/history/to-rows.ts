import type { DetailedHistoryRow, HistoryRow, Notice, Origin } from '../../core/history/history.js';
import { stillInvalid } from '../catalog/still-invalid.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { valueOf } from './columns.js';

/** Converts rows of the table. Checks in the catalog whether recorded invalid indexes still exist, if there are any. */
export async function toHistoryRows(connection: PgConnection, rows: readonly Row[]): Promise<HistoryRow[]> {
  const recorded = rows.flatMap((row) => valueOf(row, 'invalid_indexes') ?? []);
  const invalid = await stillInvalid(connection, recorded);
  return rows.map((row) => toRow(row, invalid));
}

/** Like {@link toHistoryRows}, with all details. */
export async function toDetailedRows(connection: PgConnection, rows: readonly Row[]): Promise<DetailedHistoryRow[]> {
  return (await toHistoryRows(connection, rows)).map((converted, i) => {
    const row = rows[i] as Row;
    return {
      ...converted,
      startedAt: valueOf(row, 'started_at'),
      executedBy: valueOf(row, 'executed_by'),
      firstTransaction: valueOf(row, 'first_xid'),
      notices: (valueOf(row, 'notices') ?? []) as Notice[],
    };
  });
}

function toRow(row: Row, invalid: ReadonlySet<string>): HistoryRow {
  const error = valueOf(row, 'error_message');
  return {
    file: valueOf(row, 'migration_file') ?? '',
    state: error === null ? 'applied' : valueOf(row, 'running') === true ? 'running' : 'failed',
    executedAt: valueOf(row, 'executed_at'),
    durationMs: valueOf(row, 'execution_time_ms'),
    error,
    checksum: valueOf(row, 'checksum'),
    canonicalChecksum: valueOf(row, 'canonical_checksum'),
    origin: valueOf(row, 'origin') as Origin | null,
    runId: valueOf(row, 'run_id'),
    progress: progressOf(row),
    invalidIndexes: (valueOf(row, 'invalid_indexes') ?? []).filter((name) => invalid.has(name)),
  };
}

function progressOf(row: Row): HistoryRow['progress'] {
  const [done, total] = [valueOf(row, 'steps_done'), valueOf(row, 'steps_total')];
  if (done === null || total === null) return null;
  const [statement, doneChecksum] = [valueOf(row, 'next_statement'), valueOf(row, 'next_checksum')];
  return {
    done,
    total,
    doneChecksum: valueOf(row, 'done_checksum') ?? '',
    next: statement === null ? null : { statement, doneChecksum: doneChecksum ?? '' },
  };
}
