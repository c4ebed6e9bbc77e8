import { randomUUID } from 'node:crypto';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { schemaOid, type TenantScope } from '../../core/target/history-scope.js';
import { historyScopeOf, type Target } from '../../core/target/target.js';
import { auditChangeSql } from '../companions/audit.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { readShape } from '../history/table-shape.js';
import { inTenantTransaction, type TransactionSettings } from './tenant-transaction.js';

/**
 * Makes the history of a tenant that of its present schema, in one transaction under the tenant's lock. With several
 * earlier schemas it is the history of the latest one.
 *
 * @returns false if its present schema already has a history, or there is none to take over.
 * @throws LockTimeoutError if another process is migrating the tenant; MigrationError
 */
export async function adoptTenant(
  connection: PgConnection,
  target: Target & { readonly tenant: TenantScope },
  settings: TransactionSettings,
): Promise<boolean> {
  const { tenant } = target;
  const scope = historyScopeOf(target);
  const { companions } = await readShape(connection, scope, target.role);
  const oid = schemaOid(tenant.schema);
  const rows = `FROM ${scope.name} WHERE tenant = ${quoteLiteral(tenant.name)}`;
  const change =
    `WITH past AS (SELECT schema_oid ${rows} AND ${oid} IS NOT NULL AND NOT EXISTS (SELECT ${rows} AND schema_oid = ${oid}) ` +
    `GROUP BY 1 ORDER BY pg_catalog.max(executed_at) DESC LIMIT 1) ` +
    `UPDATE ${scope.name} AS h SET schema_oid = ${oid}, schema_name = ${quoteLiteral(tenant.schema)} FROM past ` +
    `WHERE h.tenant = ${quoteLiteral(tenant.name)} AND h.schema_oid = past.schema_oid ` +
    'RETURNING h.migration_file AS file, past.schema_oid AS before, h.schema_oid AS after';
  const what = `taking over the history of the tenant ${tenant.name}`;
  return inTenantTransaction(connection, target, settings, async (run) => {
    const [changed = []] = await run(what, [change]);
    const [first] = changed;
    if (!first) return false;
    const files = changed.map(({ file }) => file ?? '').toSorted();
    const details = { schema: tenant.schema, before: Number(first['before']), after: Number(first['after']) };
    if (companions.audit === 'usable')
      await run(what, [auditChangeSql(scope, randomUUID(), { action: 'adopt', files, details })]);
    return true;
  });
}
