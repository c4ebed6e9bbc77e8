import type { AuditEntry } from '../../core/history/audit.js';
import type { DdlEntry } from '../../core/history/ddl-audit.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import type { TableName } from '../../core/target/table.js';
import { selectAuditSql, toAuditEntry } from '../companions/audit.js';
import { ddlTable, selectDdlSql, toDdlEntry } from '../companions/ddl-audit.js';
import { selectSourcesSql } from '../companions/source.js';
import { nameOfCompanion } from '../companions/tables.js';
import type { ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { ask } from './read-history.js';

/** Reads the audit; empty if there is none. @throws MigrationError */
export async function readAudit(
  connection: PgConnection,
  scope: HistoryScope,
  role?: ActingRole,
): Promise<readonly AuditEntry[]> {
  const rows = await readTable(connection, nameOfCompanion(scope.history, 'audit'), selectAuditSql(scope), role);
  return rows.map(toAuditEntry);
}

/** Reads what the DDL audit has recorded; empty if it was never enabled. @throws MigrationError */
export async function readDdlAudit(
  connection: PgConnection,
  history: TableName,
  role?: ActingRole,
  since?: Date,
): Promise<readonly DdlEntry[]> {
  const table = ddlTable(history);
  // Most databases have none, and the server would log an error on every check.
  const exists =
    'SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ' +
    `WHERE n.nspname = ${quoteLiteral(table.schema)} AND c.relname = ${quoteLiteral(table.table)}`;
  if ((await readTable(connection, table, exists, undefined)).length === 0) return [];
  const rows = await readTable(connection, table, selectDdlSql(history, since), role);
  return rows.map(toDdlEntry);
}

/** Reads recorded sources, by checksum. @throws MigrationError */
export async function readSources(
  connection: PgConnection,
  history: TableName,
  checksums: readonly string[],
  role?: ActingRole,
): Promise<ReadonlyMap<string, string>> {
  const rows = await readTable(
    connection,
    nameOfCompanion(history, 'source'),
    selectSourcesSql(history, checksums),
    role,
  );
  return new Map(rows.map(({ checksum, source }) => [checksum ?? '', source ?? '']));
}

async function readTable(
  connection: PgConnection,
  table: TableName,
  select: string,
  role: ActingRole,
): Promise<readonly Row[]> {
  const answer = await ask(connection, { table, role, what: `the table ${table.table}` }, select, []);
  return typeof answer === 'string' ? [] : answer;
}
