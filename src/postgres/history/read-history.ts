import { DatabaseError } from '../../core/errors/database-errors.js';
import { SQLSTATE, UNDEFINED_TABLE } from '../../core/errors/sqlstate.js';
import type { DetailedHistoryRow, History, HistoryRow } from '../../core/history/history.js';
import type { KnownRows } from '../../core/history/ordinary-rows.js';
import { quoteIdentifier } from '../../core/sql/text/quote.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { actingRoleName, asRole, assertRole, mayConcernRole, type ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import { selectList } from './columns.js';
import { ordinaryAndOthersOf, ordinaryAndOthersSql } from './ordinary-rows-sql.js';
import { assertHistoryTable, readShape } from './table-shape.js';
import { toDetailedRows, toHistoryRows } from './to-rows.js';

/**
 * A column is missing or has a type that the query does not expect, as in a hand-made table; or the object is not
 * a table.
 */
const UNEXPECTED: readonly string[] = [
  SQLSTATE.undefinedColumn,
  SQLSTATE.undefinedFunction,
  SQLSTATE.datatypeMismatch,
  SQLSTATE.wrongObjectType,
];

/** A table to read. */
interface Place {
  readonly table: TableName;
  /** The role to read it as; undefined for the login role. */
  readonly role: ActingRole;
  /** Its name in messages. @default the history */
  readonly what?: string;
}

/** A history to read. */
interface HistoryPlace extends Place {
  readonly scope: HistoryScope;
}

interface Rows {
  /** Rows that the caller knew. */
  readonly known: readonly HistoryRow[];
  /** The other rows. */
  readonly sent: readonly Row[];
}

const NO_ROWS: Rows = { known: [], sent: [] };

/**
 * Reads the history in one round trip, plus one if the ordinary rows are not known, or if an index may have been
 * left invalid, and plus two if the table lacks some of our columns.
 *
 * @param role the role to read as. @default the login role
 * @param known rows that need not be sent. @default none
 * @throws HistoryTableError if the table is not a history table; MigrationError
 */
export async function readHistory(
  connection: PgConnection,
  scope: HistoryScope,
  role?: ActingRole,
  known?: KnownRows,
): Promise<History> {
  const place = { table: scope.table, scope, role };
  const read = (known && (await readOthers(connection, place, known))) ?? (await readAll(connection, place, false));
  if (read.sent.length === 0) return { rows: read.known };
  return { rows: [...read.known, ...(await toHistoryRows(connection, read.sent))] };
}

/** Like {@link readHistory}, with all details. */
export async function readHistoryDetails(
  connection: PgConnection,
  scope: HistoryScope,
  role?: ActingRole,
): Promise<DetailedHistoryRow[]> {
  const { sent } = await readAll(connection, { table: scope.table, scope, role }, true);
  return toDetailedRows(connection, sent);
}

/** Undefined if the ordinary rows are not known. */
async function readOthers(
  connection: PgConnection,
  place: HistoryPlace,
  isKnown: KnownRows,
): Promise<Rows | undefined> {
  const answer = await ask(connection, place, ordinaryAndOthersSql(place.scope));
  if (answer === 'no table') return NO_ROWS;
  if (answer === 'unexpected') return readByShape(connection, place, false);
  const { ordinary, others } = ordinaryAndOthersOf(answer);
  const known = await isKnown(ordinary);
  return known && { known, sent: others };
}

async function readAll(connection: PgConnection, place: HistoryPlace, details: boolean): Promise<Rows> {
  const answer = await ask(connection, place, `SELECT ${selectList(details)} FROM ${place.scope.rows}`);
  if (answer === 'no table') return NO_ROWS;
  if (answer === 'unexpected') return readByShape(connection, place, details);
  return { known: [], sent: answer };
}

/** Reads the columns that the table has. */
async function readByShape(connection: PgConnection, place: HistoryPlace, details: boolean): Promise<Rows> {
  const { table, scope, role } = place;
  const shape = await readShape(connection, scope, role);
  assertHistoryTable(shape, table);
  const select = `SELECT ${selectList(details, shape.columns)} FROM ${scope.rows}`;
  const sent = await connection.query(asRole(role, select)).catch(async (error: unknown) => {
    throw await readingError(connection, error, table, role);
  });
  return { known: [], sent };
}

/**
 * Reads a table that may not exist.
 *
 * @param unexpected SQLSTATEs that mean that the table does not match the query.
 * @throws MigrationError
 */
export async function ask(
  connection: PgConnection,
  { table, role, what }: Place,
  select: string,
  unexpected = UNEXPECTED,
): Promise<readonly Row[] | 'no table' | 'unexpected'> {
  try {
    return await connection.query(asRole(role, select), [...UNDEFINED_TABLE, ...unexpected]);
  } catch (error) {
    if (mayConcernRole(role, error)) await assertRole(connection, role);
    const sqlstate = serverErrorOf(error)?.sqlstate ?? '';
    if (UNDEFINED_TABLE.includes(sqlstate)) return 'no table';
    if (unexpected.includes(sqlstate)) return 'unexpected';
    throw await readingError(connection, error, table, role, what);
  }
}

/** The error of a read, with the GRANT to run if a privilege is missing. */
async function readingError(
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
  return new DatabaseError(`The role is not allowed to read ${what}`, { ...server, hint });
}
