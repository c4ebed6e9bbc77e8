import { randomUUID } from 'node:crypto';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import { historyScopeOf, type Target } from '../../core/target/target.js';
import { auditChangeSql } from '../companions/audit.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { upgradeOlder } from '../history/install.js';
import { ask } from '../history/read-history.js';
import { readShape } from '../history/table-shape.js';
import { cancelWhenAborted } from '../supervision/cancel.js';
import { assertRemovable } from './assert-removable.js';
import { inTenantTransaction, type TransactionSettings } from './tenant-transaction.js';

/** How a tenant is removed. */
interface RemovalSettings extends TransactionSettings {
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
  { reason, ...settings }: RemovalSettings,
): Promise<number> {
  const scope = historyScopeOf(target);
  const shape = await readShape(connection, scope, target.role);
  const { kind, companions } = shape;
  if (target.tenant) await upgradeOlder(connection, scope, shape, { ...settings, role: target.role });
  const removal = `WITH gone AS (DELETE FROM ${rowsOf(target, tenant, schema)} RETURNING 1) SELECT pg_catalog.count(*) AS count FROM gone`;
  const audit = { action: 'deprovision', files: [], reason, details: { tenant, schema: schema ?? null } } as const;
  return inTenantTransaction(connection, target, settings, async (run) => {
    // The transaction has the role.
    const behavior = await assertRemovable(connection, { ...target, role: undefined }, shape, tenant, schema);
    const [[removed] = []] = await run(`removing the tenant ${tenant}`, [
      kind === null ? 'SELECT 0 AS count' : removal,
      ...(kind !== null && companions.audit === 'usable' ? [auditChangeSql(scope, randomUUID(), audit)] : []),
      ...(schema === undefined ? [] : [`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} ${behavior}`]),
    ]);
    return Number(removed?.['count'] ?? 0);
  });
}

/**
 * What {@link removeTenant} would do. Takes no lock and changes nothing, so the history table may be that of an older
 * release.
 *
 * @returns the number of rows.
 * @throws RefusedError if the schema is not the tenant's; MigrationError
 */
export async function countRemoved(
  connection: PgConnection,
  target: Target,
  tenant: string,
  schema: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  const { role } = target;
  const stopCancelling = cancelWhenAborted(connection, signal);
  try {
    const scope = historyScopeOf(target);
    await assertRemovable(connection, target, await readShape(connection, scope, role), tenant, schema);
    const place = { table: scope.table, role, what: `the history of the tenant ${tenant}` };
    const counting = `SELECT pg_catalog.count(*) AS count FROM ${rowsOf(target, tenant, schema)}`;
    const answer = await ask(connection, place, counting, []);
    return typeof answer === 'string' ? 0 : Number(answer[0]?.['count'] ?? 0);
  } finally {
    stopCancelling();
  }
}

/**
 * All rows of a tenant, also those for schemas that it had before. If one schema is dropped, without the rows for others
 * that exist: it may live in one of them. Its OID alone is no proof after a restore.
 */
function rowsOf(target: Target, tenant: string, dropped: string | undefined): string {
  const { name } = historyScopeOf(target);
  if (!target.tenant) return name;
  const rows = `${name} AS h WHERE h.tenant = ${quoteLiteral(tenant)}`;
  if (dropped === undefined) return rows;
  // An older release did not record names, not even in a column.
  const recorded = `nullif(pg_catalog.to_jsonb(h) ->> 'schema_name'::pg_catalog.text, '')`;
  const isSame = `n.nspname = ${recorded} OR ${recorded} IS NULL AND n.oid = h.schema_oid`;
  const others = `n.nspname <> ${quoteLiteral(dropped)} AND (${isSame})`;
  return `${rows} AND NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE ${others})`;
}
