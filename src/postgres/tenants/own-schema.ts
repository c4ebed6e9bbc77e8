import { RefusedError } from '../../core/errors/input-errors.js';
import { NO_HISTORY } from '../../core/history/history.js';
import type { Target } from '../../core/target/target.js';
import { schemaProblems, schemaTaken, type TenantRecord } from '../../core/tenants/standing.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { schemaLockPlace } from '../lock/lock.js';
import type { TargetLock } from '../lock/target-lock.js';
import { readSchemas, readTenants } from './read-tenants.js';

/**
 * Checks that a tenant without a history may run files in its schema: since that was last read, it may have been dropped or
 * restored, or another tenant may have begun to use it. With a shared history, it keeps all other tenants out of
 * the schema until the lock is released: by then, the history says whose it is. Call it under the lock. It does
 * nothing for targets other than tenants with a schema.
 *
 * @throws RefusedError, MigrationError
 */
export async function assertOwnSchema(connection: PgConnection, target: Target, lock: TargetLock): Promise<void> {
  const tenant = target.tenant ?? target.ownSchema;
  if (!tenant) return;
  const read = (): Promise<TenantRecord> => recordOf(connection, target);
  // A history in the schema itself has one lock for all who use the schema.
  const { taken, read: record } = target.tenant
    ? await lock.tryTakeAlsoAndRead(schemaLockPlace(target.table, tenant.schema), read)
    : { taken: true, read: await read() };
  const problems = schemaProblems(tenant.name, tenant.schema, record).filter(
    ({ code }) => code !== 'TENANT_SCHEMA_MISSING' || !target.createsSchema,
  );
  if (problems.length > 0) throw new RefusedError(problems);
  if (!taken) throw new RefusedError([schemaTaken(tenant.name, tenant.schema)]);
}

async function recordOf(connection: PgConnection, { table, tenant, ownSchema, role }: Target): Promise<TenantRecord> {
  const [record] = tenant ? await readTenants(connection, table, [tenant], [], role) : [];
  if (record) return record;
  const existing = await readSchemas(connection, ownSchema ? [ownSchema.schema] : []);
  return { schemaExists: existing.length > 0, history: NO_HISTORY };
}
