import { DatabaseError } from '../../core/errors/database-errors.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import {
  NO_HISTORY,
  type DetailedHistoryRow,
  type History,
  type HistoryRow,
  type Notice,
  type Origin,
} from '../../core/history/history.js';
import { quoteIdentifier } from '../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { actingAs, actingRoleName, assertRole, mayConcernRole, type ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import { selectList, valueOf } from './columns.js';
import { assertHistoryTable, readShape } from './table-shape.js';

/** SQLSTATEs of a table that does not exist. */
export const UNDEFINED_TABLE: readonly string[] = [SQLSTATE.undefinedTable, SQLSTATE.invalidSchemaName];
/** A column is missing, or the object is not a table: inspect the catalog. */
const UNEXPECTED_SHAPE: readonly string[] = [SQLSTATE.undefinedColumn, SQLSTATE.wrongObjectType];

/**
 * Reads the history in one round trip, or in three if the table lacks some of our columns.
 *
 * @param role the role to read as. @default the login role
 * @throws HistoryTableError if the table is not a history table; MigrationError
 */
export async function readHistory(connection: PgConnection, table: TableName, role?: ActingRole): Promise<History> {
  const { exists, current, rows } = await readRows(connection, table, role, false);
  return exists ? { exists, current, rows: rows.map(toRow) } : NO_HISTORY;
}

/** Like {@link readHistory}, with all details. */
export async function readHistoryDetails(
  connection: PgConnection,
  table: TableName,
  role?: ActingRole,
): Promise<DetailedHistoryRow[]> {
  const { rows } = await readRows(connection, table, role, true);
  return rows.map(toDetailedRow);
}

interface Rows {
  readonly exists: boolean;
  readonly current: boolean;
  readonly rows: readonly Row[];
}

async function readRows(connection: PgConnection, table: TableName, role: ActingRole, details: boolean): Promise<Rows> {
  const select = (present?: readonly string[]): Promise<Row[]> => {
    const statements = [...actingAs(role), `SELECT ${selectList(details, present)} FROM ${qualifiedName(table)}`];
    return connection.query(statements.join('; '), [...UNDEFINED_TABLE, ...UNEXPECTED_SHAPE]);
  };
  try {
    return { exists: true, current: true, rows: await select() };
  } catch (error) {
    if (mayConcernRole(role, error)) await assertRole(connection, role);
    const sqlstate = serverErrorOf(error)?.sqlstate ?? '';
    if (UNDEFINED_TABLE.includes(sqlstate)) return { exists: false, current: false, rows: [] };
    if (!UNEXPECTED_SHAPE.includes(sqlstate)) throw await readingError(connection, error, table, role);
  }
  const shape = await readShape(connection, table, role);
  assertHistoryTable(shape, table);
  const rows = await select(shape.columns).catch(async (error: unknown) => {
    throw await readingError(connection, error, table, role);
  });
  return { exists: true, current: false, rows };
}

function toRow(row: Row): HistoryRow {
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
    invalidIndexes: valueOf(row, 'invalid_indexes') ?? [],
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

function toDetailedRow(row: Row): DetailedHistoryRow {
  return {
    ...toRow(row),
    startedAt: valueOf(row, 'started_at'),
    executedBy: valueOf(row, 'executed_by'),
    notices: (valueOf(row, 'notices') ?? []) as Notice[],
  };
}

/** The error of a read, with the GRANT to run if a privilege is missing. */
export async function readingError(
  connection: PgConnection,
  error: unknown,
  table: TableName,
  role: ActingRole,
  what = 'the history',
): Promise<Error> {
  const server = serverErrorOf(error);
  if (server?.sqlstate !== SQLSTATE.insufficientPrivilege) return queryError(`reading ${what}`, error);
  const name = await actingRoleName(connection, role);
  const hint = `GRANT USAGE ON SCHEMA ${quoteIdentifier(table.schema)} TO ${name}; GRANT SELECT ON ${qualifiedName(table)} TO ${name};`;
  return new DatabaseError(`The role may not read ${what}`, { ...server, hint });
}
