import { RefusedError } from '../core/errors/input-errors.js';
import { schemaProblems } from '../core/tenants/standing.js';
import type { Tenant } from '../core/tenants/tenant.js';
import type { MigrationRun } from '../migrator/run/run-report.js';
import { KnownFiles } from '../migrator/use-cases/known-files.js';
import { recordOf } from './record-of.js';
import { migrateTenant } from './migrate-tenant.js';
import type { FleetParts } from './parts.js';

/** Creates the schema of a tenant, if there is none, and applies its files. */
export async function provision(parts: FleetParts, tenant: Tenant, signal: AbortSignal): Promise<MigrationRun> {
  const set = await parts.source.read();
  const files = new KnownFiles(set);
  const record = await recordOf(parts, tenant, set);
  const problems = schemaProblems(tenant.name, tenant.schema, record).filter(
    ({ code }) => code !== 'TENANT_SCHEMA_MISSING',
  );
  if (problems.length > 0) throw new RefusedError(problems);
  const isNew = !record.schemaExists;
  const inOne = isNew && (await parts.isTransactional(tenant, set));
  if (isNew && !inOne) await parts.schemas.create(tenant);
  const migrator = inOne ? parts.creatorOf(tenant, files) : parts.migratorOf(tenant, files);
  return migrateTenant(migrator, signal);
}
