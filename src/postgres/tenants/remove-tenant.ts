import { randomUUID } from 'node:crypto';
import { LockTimeoutError } from '../../core/errors/lock-errors.js';
import { RefusedError } from '../../core/errors/input-errors.js';
import { schemaTaken } from '../../core/tenants/standing.js';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import { historyScopeOf, type Target } from '../../core/target/target.js';
import { auditChangeSql } from '../companions/audit.js';
import { actingAs } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { readShape } from '../history/table-shape.js';
import { lockKeySql } from '../lock/lock.js';

/**
 * Removes the history of a tenant, in one transaction under the tenant's lock.
 *
 * @param schema a schema to drop as well.
 * @returns the number of rows.
 * @throws LockTimeoutError if another process is migrating the tenant; RefusedError if the schema is another tenant's;
 *   MigrationError
 */
export async function removeTenant(
  connection: PgConnection,
  target: Target,
  tenant: string,
  schema: string | undefined,
): Promise<number> {
  const scope = historyScopeOf(target);
  const shape = await readShape(connection, scope, target.role);
  const hasHistory = shape.kind !== null;
  const lock = `SELECT pg_catalog.pg_try_advisory_xact_lock(${lockKeySql({ ...target.table, tenant: target.tenant?.name })}) AS taken`;
  const { results, error: failure } = await connection.queryAll(asScript(['BEGIN', lock]));
  if (failure) throw queryError('taking the migration lock', failure);
  try {
    if (results[0]?.[0]?.['taken'] !== 't') throw new LockTimeoutError(0, undefined, target.name);
    if (hasHistory) await assertOwnSchema(connection, target);
    const own = target.tenant ? ` WHERE tenant = ${quoteLiteral(tenant)}` : '';
    const removed = `WITH gone AS (DELETE FROM ${scope.name}${own} RETURNING migration_file) SELECT pg_catalog.count(*) AS count FROM gone`;
    const audit = { action: 'deprovision', files: [], details: { tenant, schema: schema ?? null } } as const;
    const change = asScript([
      ...actingAs(target.role),
      ...(hasHistory ? [removed] : ['SELECT 0 AS count']),
      ...(hasHistory && shape.companions.audit === 'usable' ? [auditChangeSql(scope, randomUUID(), audit)] : []),
      ...(schema === undefined ? [] : [`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`]),
      'COMMIT',
    ]);
    const { results: found, error } = await connection.queryAll(change);
    if (error) throw queryError(`removing the tenant ${tenant}`, error);
    return Number(found[0]?.[0]?.['count'] ?? 0);
  } catch (error) {
    await connection.run('ROLLBACK');
    throw error;
  }
}

/** Under a wrong name, the data of another tenant would be dropped, and not under its lock. @throws RefusedError */
async function assertOwnSchema(connection: PgConnection, { role, table, tenant }: Target): Promise<void> {
  if (!tenant) return;
  const { name } = historyScopeOf({ table, tenant });
  const schema = `pg_catalog.to_regnamespace(${quoteLiteral(quoteIdentifier(tenant.schema))})`;
  const query = `SELECT tenant FROM ${name} WHERE schema_oid = ${schema}::pg_catalog.oid AND tenant <> ${quoteLiteral(tenant.name)} ORDER BY 1 LIMIT 1`;
  const { results, error } = await connection.queryAll(asScript([...actingAs(role), query]));
  if (error) throw queryError(`looking for the owner of the schema ${tenant.schema}`, error);
  const owner = results.at(-1)?.[0]?.['tenant'];
  if (owner != null) throw new RefusedError([schemaTaken(tenant.name, tenant.schema, owner)]);
}
