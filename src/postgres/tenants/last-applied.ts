import { tenantsTable } from '../../core/target/history-scope.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { ask } from '../history/read-history.js';
import { textArray } from './behind-sql.js';

/** Rows of a history, as SQL: a table, or a subquery with a name. */
interface HistoryRows {
  readonly table: TableName;
  readonly rows: string;
}

/** The rows of these tenants in the history that tenants share. */
export function rowsOfTenants(history: TableName, tenants: readonly Tenant[]): HistoryRows {
  const table = tenantsTable(history);
  const names = textArray(tenants.map(({ name }) => name));
  return { table, rows: `(SELECT * FROM ${qualifiedName(table)} WHERE tenant = ANY (${names})) AS own` };
}

/**
 * How long ago a migration was last applied, in ms, by the server's clock.
 *
 * @returns undefined if none was applied.
 * @throws MigrationError
 */
export async function readSinceApplied(
  connection: PgConnection,
  { table, rows }: HistoryRows,
  role?: ActingRole,
): Promise<number | undefined> {
  const since =
    'SELECT pg_catalog.round(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.max(executed_at))::pg_catalog.numeric * 1000::pg_catalog.numeric) AS ms ' +
    `FROM ${rows} WHERE error_message IS NULL`;
  const answer = await ask(connection, { table, role }, since);
  const ms = typeof answer === 'string' ? undefined : answer[0]?.['ms'];
  return ms == null ? undefined : Number(ms);
}
