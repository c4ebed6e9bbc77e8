import type { ClientBase } from 'pg';
import { NO_HISTORY, type History, type HistoryRow, type Origin } from '../../core/status/history.js';
import { DatabaseError } from '../../core/errors/errors.js';
import { quoteIdentifier } from '../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { actingAs, assertRole, mayConcernRole, type ActingRole } from '../connection/acting-role.js';
import { assertHistoryTable, readShape } from './history-table.js';
import { querySimply } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';

/** What is selected, by column: an expression over it. The order here is the order of {@link HistoryTuple}. */
const SELECTED = {
  migration_file: 'migration_file',
  // A table made by hand may hold a timestamp without time zone, which the session that wrote it took as local time.
  executed_at: 'extract(epoch FROM executed_at::timestamptz)',
  execution_time_ms: 'execution_time_ms',
  error_message: 'error_message',
  running: 'running',
  checksum: 'checksum',
  canonical_checksum: 'canonical_checksum',
  origin: 'origin',
  run_id: 'run_id',
  steps_done: 'steps_done',
  steps_total: 'steps_total',
  done_checksum: 'done_checksum',
} as const;

type Selected = Record<keyof typeof SELECTED, string | number | boolean | null>;

const UNDEFINED_TABLE = ['42P01', '3F000'];
/** A column that is missing, or something that is no relation at all: what stands there must be looked at. */
const UNEXPECTED_SHAPE = ['42703', '42809'];

/**
 * Reads the history in one round trip. Only a table that lacks columns of ours costs a second and a third.
 *
 * @param role the role to read as, when it is not the one that logs in.
 * @throws HistoryTableError when the table belongs to something else.
 */
export async function readHistory(client: ClientBase, table: TableName, role?: ActingRole): Promise<History> {
  try {
    return { exists: true, current: true, rows: await select(client, table, role) };
  } catch (error) {
    if (mayConcernRole(role, error)) await assertRole(client, role);
    const sqlstate = serverErrorOf(error)?.sqlstate ?? '';
    if (UNDEFINED_TABLE.includes(sqlstate)) return NO_HISTORY;
    if (!UNEXPECTED_SHAPE.includes(sqlstate)) throw readingError(error, table);
    return readForeignMade(client, table, role);
  }
}

async function readForeignMade(client: ClientBase, table: TableName, role: ActingRole): Promise<History> {
  const shape = await readShape(client, table).catch((error: unknown) => {
    throw queryError('looking at the history table', error);
  });
  assertHistoryTable(shape, table);
  const rows = await select(client, table, role, shape.columns).catch((error: unknown) => {
    throw readingError(error, table);
  });
  return { exists: true, current: false, rows };
}

async function select(
  client: ClientBase,
  table: TableName,
  role: ActingRole,
  columns?: readonly string[],
): Promise<HistoryRow[]> {
  const list = Object.entries(SELECTED).map(([column, expression]) =>
    columns === undefined || columns.includes(column) ? `${expression} AS ${column}` : `NULL AS ${column}`,
  );
  const statements = [...actingAs(role), `SELECT ${list.join(', ')} FROM ${qualifiedName(table)}`];
  const rows = await querySimply<Selected>(client, statements.join('; '));
  return rows.map(toRow);
}

function toRow(row: Selected): HistoryRow {
  const error = text(row.error_message);
  const [done, total] = [number(row.steps_done), number(row.steps_total)];
  return {
    file: text(row.migration_file) ?? '',
    state: error === null ? 'applied' : row.running === true ? 'running' : 'failed',
    executedAt: row.executed_at === null ? null : new Date(Number(row.executed_at) * 1000),
    executionTimeMs: number(row.execution_time_ms),
    error,
    checksum: text(row.checksum),
    canonicalChecksum: text(row.canonical_checksum),
    runId: text(row.run_id),
    origin: text(row.origin) as Origin | null,
    progress: done === null || total === null ? null : { done, total, doneChecksum: text(row.done_checksum) ?? '' },
  };
}

function text(value: string | number | boolean | null): string | null {
  return value === null ? null : String(value);
}

function number(value: string | number | boolean | null): number | null {
  return value === null ? null : Number(value);
}

const NO_RIGHT = '42501';

function readingError(error: unknown, table: TableName): Error {
  const server = serverErrorOf(error);
  if (server?.sqlstate !== NO_RIGHT) return queryError('reading the history', error);
  const grants = `GRANT USAGE ON SCHEMA ${quoteIdentifier(table.schema)} TO <role>; GRANT SELECT ON ${qualifiedName(table)} TO <role>;`;
  return new DatabaseError('This role may not read the history', { ...server, hint: grants });
}
