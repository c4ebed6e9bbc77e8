import { HistoryTableError } from '../../core/errors/database-errors.js';
import { FOREIGN_HISTORIES } from '../../core/tools/foreign-tools.js';
import type { ForeignTool } from '../../core/tools/names.js';
import type { ForeignRow } from '../../core/tools/history.js';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { actingAs, type ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';

/**
 * Reads the history table of another tool, without changing it.
 *
 * @param table the table. @default the tool's own default
 * @throws HistoryTableError if the table does not exist or is not that tool's.
 */
export async function readForeignHistory(
  connection: PgConnection,
  tool: ForeignTool,
  table: TableName | undefined,
  role?: ActingRole,
): Promise<readonly ForeignRow[]> {
  const { table: defaultTable, columns, orderBy } = FOREIGN_HISTORIES[tool];
  const name = table ? qualifiedName(table) : quoteIdentifier(defaultTable);
  try {
    const [found] = await connection.query(
      `SELECT pg_catalog.to_json(ARRAY(${columnsOf('true')})) AS columns,
              pg_catalog.to_json(ARRAY(${columnsOf("atttypid = 'pg_catalog.timestamp'::pg_catalog.regtype::pg_catalog.oid")})) AS zoneless
         FROM (SELECT pg_catalog.to_regclass(${quoteLiteral(name)})::pg_catalog.oid AS oid) AS t WHERE t.oid IS NOT NULL`,
    );
    if (!found)
      throw new HistoryTableError(
        name,
        (say) =>
          `The table ${name} of ${tool} does not exist. Name the right one with ${say({ action: 'import-from', tool })}.`,
      );
    const present = namesIn(found['columns']);
    const zoneless = namesIn(found['zoneless']);
    const missing = [...columns, orderBy].filter((column) => !present.includes(column));
    if (missing.length > 0) {
      throw new HistoryTableError(name, `${name} is not a table of ${tool}: it has no column ${missing.join(', ')}.`);
    }
    const list = columns.map((column) => {
      const quoted = quoteIdentifier(column);
      // A time without zone is in the session's time zone, not this process's.
      const value = zoneless.includes(column) ? `${quoted}::pg_catalog.timestamptz` : quoted;
      return `pg_catalog.to_jsonb(${value}) #>> '{}'::pg_catalog.text[] AS ${quoted}`;
    });
    return await connection.query(
      asScript([
        ...actingAs(role),
        `SELECT ${list.join(', ')} FROM ${name} AS t ORDER BY t.${quoteIdentifier(orderBy)}`,
      ]),
    );
  } catch (error) {
    if (error instanceof HistoryTableError) throw error;
    throw queryError(`reading the history of ${tool}`, error);
  }
}

function namesIn(json: string | null | undefined): string[] {
  return JSON.parse(json ?? '[]') as string[];
}

function columnsOf(condition: string): string {
  return `SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND ${condition}`;
}
