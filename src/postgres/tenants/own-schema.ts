import { RefusedError } from '../../core/errors/input-errors.js';
import { NO_HISTORY } from '../../core/history/history.js';
import type { Target } from '../../core/target/target.js';
import { schemaProblems, type TenantRecord } from '../../core/tenants/standing.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { readSchemas, readTenants } from './read-tenants.js';

/**
 * Checks that a tenant may run files in its schema: since a rollout began, it may have been dropped or restored. Call it
 * under the lock. It does nothing for targets other than tenants with a schema.
 *
 * @throws RefusedError, MigrationError
 */
export async function assertOwnSchema(connection: PgConnection, target: Target): Promise<void> {
  const tenant = target.tenant ?? target.ownSchema;
  if (!tenant) return;
  const record = await recordOf(connection, target);
  const problems = schemaProblems(tenant.name, tenant.schema, record).filter(
    ({ code }) => code !== 'TENANT_SCHEMA_MISSING' || !target.createsSchema,
  );
  if (problems.length > 0) throw new RefusedError(problems);
}

async function recordOf(connection: PgConnection, { table, tenant, ownSchema, role }: Target): Promise<TenantRecord> {
  const [record] = tenant ? await readTenants(connection, table, [tenant], [], role) : [];
  if (record) return record;
  const existing = await readSchemas(connection, ownSchema ? [ownSchema.schema] : []);
  return { schemaExists: existing.length > 0, history: NO_HISTORY };
}
