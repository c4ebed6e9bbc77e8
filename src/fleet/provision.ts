import { RefusedError } from '../core/errors/input-errors.js';
import { schemaTaken } from '../core/tenants/standing.js';
import type { Tenant } from '../core/tenants/tenant.js';
import type { MigrationRun } from '../migrator/run/run-report.js';
import { KnownFiles } from '../migrator/use-cases/known-files.js';
import { migrateTenant } from './migrate-tenant.js';
import type { FleetParts } from './parts.js';

/** Creates the schema of a tenant, if there is none, and applies its files. */
export async function provision(parts: FleetParts, tenant: Tenant, signal: AbortSignal): Promise<MigrationRun> {
  const set = await parts.source.read();
  const files = new KnownFiles(set);
  const [record] = await parts.records.read([tenant], set);
  if (record && 'problem' in record) throw record.problem;
  if (record?.schemaOf !== undefined)
    throw new RefusedError([schemaTaken(tenant.name, tenant.schema, record.schemaOf)]);
  const isNew = record?.schemaExists === false;
  const inOne = isNew && (await parts.isTransactional(tenant, set));
  if (isNew && !inOne) await parts.schemas.create(tenant);
  const migrator = inOne ? parts.creatorOf(tenant, files) : parts.migratorOf(tenant, files);
  return migrateTenant(migrator, signal);
}
