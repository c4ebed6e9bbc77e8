import type { MigrationSet } from '../core/migration/migration-set.js';
import { schemaProblems, type TenantRecord } from '../core/tenants/standing.js';
import type { Tenant } from '../core/tenants/tenant.js';
import type { Migrator } from '../migrator/migrator.js';
import type { FleetParts } from './parts.js';

/** The migrator of one tenant. */
export interface TenantMigrator {
  /** Its name. */
  readonly tenant: string;
  /** Identifies its database: two tenants with the same value live in one database. */
  readonly database: string;
  readonly migrator: Migrator;
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

/** The same with the names of the tenant and of its database. */
export function tenantMigrator(parts: FleetParts, tenant: Tenant): TenantMigrator {
  return { tenant: tenant.name, database: tenant.place.database, migrator: carefulMigrator(parts, tenant) };
}
