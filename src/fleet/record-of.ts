import type { MigrationSet } from '../core/migration/migration-set.js';
import { schemaProblems, type TenantRecord } from '../core/tenants/standing.js';
import type { Tenant } from '../core/tenants/tenant.js';
import type { Migrator } from '../migrator/migrator.js';
import type { FleetParts } from './parts.js';

/** The migrator of one tenant. */
export interface TenantMigrator {
  /** Its name. */
  readonly tenant: string;
  /** Undefined for a tenant that has a database of its own. */
  readonly schema: string | undefined;
  /** Equal for tenants whose database is reached in the same way, by the same role. */
  readonly connection: string;
  readonly migrator: Migrator;
  /** Has a session kept open between the changes of tenants with the same connection, until the result is called. @internal */
  readonly keepSession: () => () => Promise<void>;
}

/** What is recorded about one tenant. @throws MigrationError if its database cannot be read. */
export async function recordOf(
  { records }: Pick<FleetParts, 'records'>,
  tenant: Tenant,
  set: MigrationSet,
): Promise<TenantRecord> {
  const [record] = await records.read([tenant], set);
  if (!record) throw new Error('the record of a tenant is missing');
  if ('problem' in record) throw record.problem;
  return record;
}

/** The migrator of a tenant. What changes something is refused if its schema has problems at that time. */
export function carefulMigrator(parts: FleetParts, tenant: Tenant): Migrator {
  return parts.carefulMigratorOf(tenant, async () => {
    const record = await recordOf(parts, tenant, await parts.source.read());
    return schemaProblems(tenant.name, tenant.schema, record);
  });
}

/** The same with what identifies the tenant. */
export function tenantMigrator(parts: FleetParts, tenant: Tenant): TenantMigrator {
  const { name, schema, place } = tenant;
  return {
    tenant: name,
    schema,
    connection: place.connection ?? '',
    migrator: carefulMigrator(parts, tenant),
    keepSession: () => parts.expect(tenant),
  };
}
