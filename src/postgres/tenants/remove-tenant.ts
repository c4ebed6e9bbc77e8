import { randomUUID } from 'node:crypto';
import { RefusedError } from '../../core/errors/input-errors.js';
import { schemaReplaced, schemaTaken } from '../../core/tenants/standing.js';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import { historyScopeOf, type Target } from '../../core/target/target.js';
import { auditChangeSql } from '../companions/audit.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { upgradeOlder } from '../history/install.js';
import { readShape } from '../history/table-shape.js';
import { readTenants } from './read-tenants.js';
import { inTenantTransaction, type TransactionSettings } from './tenant-transaction.js';

/** How a tenant is removed. */
interface RemovalSettings extends TransactionSettings {
  /** True to change nothing, and only count the rows. */
  readonly dryRun: boolean;
  /** The reason to record in the audit. */
  readonly reason?: string | undefined;
}

/**
 * Removes the history of a tenant, in one transaction under the tenant's lock.
 *
 * @param schema a schema to drop as well.
 * @returns the number of rows.
 * @throws LockTimeoutError if another process is migrating the tenant; RefusedError if the schema is not the tenant's;
 *   MigrationError
 */
export async function removeTenant(
  connection: PgConnection,
  target: Target,
  tenant: string,
  schema: string | undefined,
  { dryRun, reason, ...settings }: RemovalSettings,
): Promise<number> {
  const scope = historyScopeOf(target);
  const shape = await readShape(connection, scope, target.role);
  const { kind, companions } = shape;
  if (target.tenant && !dryRun) await upgradeOlder(connection, scope, shape, { ...settings, role: target.role });
  const own = target.tenant ? ` WHERE tenant = ${quoteLiteral(tenant)}` : '';
  const counting = `SELECT pg_catalog.count(*) AS count FROM ${scope.name}${own}`;
  const removal = `WITH gone AS (DELETE FROM ${scope.name}${own} RETURNING 1) SELECT pg_catalog.count(*) AS count FROM gone`;
  const audit = { action: 'deprovision', files: [], reason, details: { tenant, schema: schema ?? null } } as const;
  return inTenantTransaction(connection, target, settings, async (run) => {
    if (kind !== null) await assertRemovable(connection, target, schema !== undefined);
    if (dryRun) {
      const [[found] = []] = kind === null ? [] : await run(`counting the history of the tenant ${tenant}`, [counting]);
      return Number(found?.['count'] ?? 0);
    }
    const [[removed] = []] = await run(`removing the tenant ${tenant}`, [
      kind === null ? 'SELECT 0 AS count' : removal,
      ...(kind !== null && companions.audit === 'usable' ? [auditChangeSql(scope, randomUUID(), audit)] : []),
      ...(schema === undefined ? [] : [`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`]),
    ]);
    return Number(removed?.['count'] ?? 0);
  });
}

/** Under a wrong name, the data of another tenant would be dropped, and not under its lock. @throws RefusedError */
async function assertRemovable(connection: PgConnection, { table, tenant }: Target, isDropped: boolean): Promise<void> {
  if (!tenant) return;
  const [record] = await readTenants(connection, table, [tenant], []);
  if (record?.schemaOf !== undefined)
    throw new RefusedError([schemaTaken(tenant.name, tenant.schema, record.schemaOf)]);
  if (isDropped && record?.replaced && record.replaced.isRenamed !== false)
    throw new RefusedError([schemaReplaced(tenant.name, tenant.schema, record.replaced)]);
}
