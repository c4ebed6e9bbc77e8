import { HistoryTableError } from '../../core/errors/database-errors.js';
import { HistoryScope, TENANT_KEY, type TenantScope } from '../../core/target/history-scope.js';
import { displayName, type TableName } from '../../core/target/table.js';
import type { ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { HISTORY_COLUMNS } from '../history/columns.js';
import { assertHistoryTable, readShape } from '../history/table-shape.js';
import { SCHEMA_NAME_BY_OID } from '../history/versions.js';

/**
 * A FROM item with the rows of a shared table that lacks columns of this release: they are NULL, and the name of a schema
 * is looked up by its OID. Reading does not upgrade the table; the next run does.
 *
 * @throws HistoryTableError if it is not a history of tenants; MigrationError
 */
export async function withAllColumns(
  connection: PgConnection,
  history: TableName,
  tenant: TenantScope,
  role: ActingRole,
): Promise<string> {
  const scope = new HistoryScope(history, tenant);
  const shape = await readShape(connection, scope, role);
  const { table } = scope;
  assertHistoryTable(shape, table);
  const { columns } = shape;
  const unknown = TENANT_KEY.filter((name) => !columns.includes(name));
  if (unknown.length > 0) {
    const name = displayName(table);
    throw new HistoryTableError(
      name,
      `${name} is not a history of tenants: it has no column ${unknown.join(' and no column ')}. ` +
        'Choose another name with the option "table"; it was left untouched.',
    );
  }
  const missing = Object.entries(HISTORY_COLUMNS)
    .filter(([name]) => !columns.includes(name))
    .map(([name, { type }]) => `NULL::${type.replace(/ .*$/, '')} AS ${name}`);
  const name = columns.includes('schema_name') ? [] : [`${SCHEMA_NAME_BY_OID} AS schema_name`];
  return `(SELECT ${['t.*', ...missing, ...name].join(', ')} FROM ${scope.name} AS t)`;
}
