import { randomUUID } from 'node:crypto';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { schemaOid, type TenantScope } from '../../core/target/history-scope.js';
import { historyScopeOf, type Target } from '../../core/target/target.js';
import { auditChangeSql } from '../companions/audit.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { upgradeOlder } from '../history/install.js';
import { readShape } from '../history/table-shape.js';
import { readTenants } from './read-tenants.js';
import { inTenantTransaction, type TransactionSettings } from './tenant-transaction.js';

/** A target in a shared history. */
type TenantTarget = Target & { readonly tenant: TenantScope };

/** How a history is taken over. */
export interface AdoptionSettings extends TransactionSettings {
  /** True if the recorded schema may have another name than the present one. */
  readonly isNamed: boolean;
  /** The reason to record in the audit. */
  readonly reason?: string | undefined;
}

/**
 * Assigns the history of a tenant to its present schema, in one transaction under the tenant's lock. With several
 * earlier schemas, it takes the history of the latest one. If the schema was only renamed, records its name.
 *
 * @returns false if there is nothing to change.
 * @throws LockTimeoutError if another process is migrating the tenant; MigrationError
 */
export async function adoptTenant(
  connection: PgConnection,
  target: TenantTarget,
  settings: AdoptionSettings,
): Promise<boolean> {
  const { tenant } = target;
  const scope = historyScopeOf(target);
  const shape = await readShape(connection, scope, target.role);
  await upgradeOlder(connection, scope, shape, { ...settings, role: target.role });
  const { companions } = shape;
  const what = `taking over the history of the tenant ${tenant.name}`;
  return inTenantTransaction(connection, target, settings, async (run) => {
    const change = await changeFor(connection, target, settings);
    const [changed = []] = change === undefined ? [] : await run(what, [change]);
    const [first] = changed;
    if (!first) return false;
    const files = changed.map(({ file }) => file ?? '').toSorted();
    const details = { schema: tenant.schema, before: Number(first['before']), after: Number(first['after']) };
    if (companions.audit === 'usable')
      await run(what, [
        auditChangeSql(scope, randomUUID(), { action: 'adopt', files, reason: settings.reason, details }),
      ]);
    return true;
  });
}

/** Read under the lock: by then, the schema may be that of another tenant, or empty. */
async function changeFor(
  connection: PgConnection,
  target: TenantTarget,
  { isNamed }: AdoptionSettings,
): Promise<string | undefined> {
  const { table, tenant } = target;
  const [record] = await readTenants(connection, table, [tenant], []);
  if (!record?.schemaExists || record.schemaOf !== undefined) return undefined;
  const { replaced, history } = record;
  if (replaced) return isNamed || replaced.isRenamed !== true ? moveSql(target) : undefined;
  return isNamed && history.rows.length > 0 ? renameSql(target) : undefined;
}

function moveSql(target: TenantTarget): string {
  const { tenant } = target;
  const { name: table } = historyScopeOf(target);
  const oid = schemaOid(tenant.schema);
  const rows = `FROM ${table} WHERE tenant = ${quoteLiteral(tenant.name)}`;
  return (
    `WITH past AS (SELECT schema_oid ${rows} AND ${oid} IS NOT NULL AND NOT EXISTS (SELECT ${rows} AND schema_oid = ${oid}) ` +
    `GROUP BY 1 ORDER BY pg_catalog.max(executed_at) DESC LIMIT 1) ` +
    `UPDATE ${table} AS h SET schema_oid = ${oid}, schema_name = ${quoteLiteral(tenant.schema)} FROM past ` +
    `WHERE h.tenant = ${quoteLiteral(tenant.name)} AND h.schema_oid = past.schema_oid ` +
    'RETURNING h.migration_file AS file, past.schema_oid AS before, h.schema_oid AS after'
  );
}

function renameSql(target: TenantTarget): string {
  const { name: table, andOwn } = historyScopeOf(target);
  const name = quoteLiteral(target.tenant.schema);
  return (
    `UPDATE ${table} SET schema_name = ${name} WHERE schema_name <> ${name}${andOwn} ` +
    'RETURNING migration_file AS file, schema_oid AS before, schema_oid AS after'
  );
}
