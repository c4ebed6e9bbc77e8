import { RefusedError } from '../../core/errors/input-errors.js';
import { schemaOid } from '../../core/target/history-scope.js';
import { displayName, type TableName } from '../../core/target/table.js';
import { historyScopeOf, type Target } from '../../core/target/target.js';
import { schemaKept, schemaReplaced, schemaTaken, type TenantRecord } from '../../core/tenants/standing.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { queryError } from '../connection/server-error.js';
import { assertHistoryTable, type TableShape } from '../history/table-shape.js';
import { isFilledSql } from './behind-sql.js';
import { dependentsOutside } from './dependents.js';
import { readTenants } from './read-tenants.js';

/** Many applications use it, and no history shows whose objects are in it. */
const NEVER_DROPPED = 'public';

/**
 * Checks that a tenant may be removed: under a wrong name, the data of another tenant or of the application would be
 * dropped, and not under its lock. A schema with objects is dropped only if a history says that they are the tenant's,
 * and if no object elsewhere depends on them.
 *
 * @param target with the role to read as.
 * @param shape of the history table.
 * @param dropped the schema to drop, if any.
 * @returns how to drop it: with RESTRICT if it is empty, in case that somebody fills it meanwhile.
 * @throws RefusedError, MigrationError
 */
export async function assertRemovable(
  connection: PgConnection,
  target: Target,
  shape: TableShape,
  tenant: string,
  dropped: string | undefined,
): Promise<'CASCADE' | 'RESTRICT'> {
  const { table } = historyScopeOf(target);
  assertHistoryTable(shape, table);
  const record = await recordOf(connection, target, shape);
  if (record?.schemaOf !== undefined)
    throw new RefusedError([schemaTaken(tenant, target.tenant?.schema, record.schemaOf)]);
  if (dropped === undefined) return 'RESTRICT';
  if (record?.replaced && record.replaced.isRenamed !== false)
    throw new RefusedError([schemaReplaced(tenant, dropped, record.replaced)]);
  if (dropped === NEVER_DROPPED) throw new RefusedError([schemaKept(tenant, dropped, 'other things may be in it')]);
  const isRecorded = target.tenant ? hasHistory(record) : shape.kind !== null;
  if (isRecorded) {
    const others = await dependentsOutside(connection, dropped);
    if (others.length === 0) return 'CASCADE';
    throw new RefusedError([schemaKept(tenant, dropped, `${others.join(', ')} would be dropped too`)]);
  }
  if (await isFilled(connection, dropped)) throw new RefusedError([schemaKept(tenant, dropped, lackOf(target, table))]);
  return 'RESTRICT';
}

/** Undefined if the history is not shared, or if there is none. */
async function recordOf(connection: PgConnection, { table, tenant, role }: Target, { kind }: TableShape) {
  if (!tenant || kind === null) return undefined;
  const [record] = await readTenants(connection, table, [tenant], [], role);
  return record;
}

/** After a restore, the history has the name of the schema, but not its OID. */
function hasHistory(record: TenantRecord | undefined): boolean {
  return record !== undefined && (record.history.rows.length > 0 || record.replaced !== undefined);
}

function lackOf({ tenant }: Target, table: TableName): string {
  const name = displayName(table);
  return tenant ? `${name} has no rows of the tenant for it` : `it does not have the table ${name}`;
}

async function isFilled(connection: PgConnection, schema: string): Promise<boolean> {
  const [row] = await connection
    .query(`SELECT ${isFilledSql(schemaOid(schema))} AS is_filled`)
    .catch((error: unknown) => {
      throw queryError(`looking into the schema ${schema}`, error);
    });
  return row?.['is_filled'] === 't';
}
