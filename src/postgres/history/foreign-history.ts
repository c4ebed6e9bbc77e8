import type { ClientBase } from 'pg';
import { HistoryTableError } from '../../core/errors/errors.js';
import { FOREIGN_HISTORIES, type ForeignRow, type ForeignTool } from '../../core/tools/foreign-tools.js';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { actingAs, type ActingRole } from '../connection/acting-role.js';
import { asScript, querySimply } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';

/**
 * Reads another tool's table, and only reads it.
 *
 * @param table where it is, when it is not where the tool keeps it by itself.
 * @throws HistoryTableError when there is no such table, or it is not that tool's.
 */
export async function readForeignHistory(
  client: ClientBase,
  tool: ForeignTool,
  table: TableName | undefined,
  role?: ActingRole,
): Promise<readonly ForeignRow[]> {
  const { table: usual, columns, orderBy } = FOREIGN_HISTORIES[tool];
  const name = table ? qualifiedName(table) : quoteIdentifier(usual);
  try {
    const [found] = await querySimply<{ columns: string[]; zoneless: string[] }>(
      client,
      `SELECT ARRAY(${columnsOf('true')}) AS columns,
              ARRAY(${columnsOf("atttypid = 'pg_catalog.timestamp'::pg_catalog.regtype")}) AS zoneless
         FROM (SELECT pg_catalog.to_regclass(${quoteLiteral(name)}) AS oid) AS t WHERE t.oid IS NOT NULL`,
    );
    if (!found)
      throw new HistoryTableError(
        name,
        `There is no table ${name} of ${tool}. Say where it is with the option "table".`,
      );
    const missing = [...columns, orderBy].filter((column) => !found.columns.includes(column));
    if (missing.length > 0) {
      throw new HistoryTableError(name, `${name} is not a table of ${tool}: it has no column ${missing.join(', ')}.`);
    }
    const list = columns.map((column) => {
      const quoted = quoteIdentifier(column);
      // Such a time is one of the session's time zone, not of this process's.
      const value = found.zoneless.includes(column) ? `${quoted}::pg_catalog.timestamptz` : quoted;
      return `pg_catalog.to_jsonb(${value}) #>> '{}' AS ${quoted}`;
    });
    return await querySimply<Record<string, string | null>>(
      client,
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

function columnsOf(condition: string): string {
  return `SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND ${condition}`;
}
