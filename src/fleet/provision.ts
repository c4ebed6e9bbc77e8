import { RefusedError } from '../core/errors/input-errors.js';
import { schemaProblems, Standings } from '../core/tenants/standing.js';
import type { Tenant } from '../core/tenants/tenant.js';
import type { MigrationRun } from '../migrator/run/run-report.js';
import { NO_PROGRESS, withInterruption } from '../migrator/run/interruption.js';
import { KnownFiles } from '../migrator/use-cases/known-files.js';
import type { DeprovisionOptions, ProvisionPlan } from './fleet-options.js';
import { recordOf } from './record-of.js';
import { migrateTenant } from './migrate-tenant.js';
import type { FleetParts } from './parts.js';

/** Creates the schema of a tenant, if there is none, and applies its files. */
export async function provision(parts: FleetParts, tenant: Tenant, signal: AbortSignal): Promise<MigrationRun> {
  const { set, createsSchema, inOneTransaction, problems } = await prepare(parts, tenant);
  if (problems.length > 0) throw new RefusedError(problems);
  if (createsSchema && !inOneTransaction) await parts.schemas.create(tenant);
  const files = new KnownFiles(set);
  const migrator = inOneTransaction ? parts.creatorOf(tenant, files) : parts.migratorOf(tenant, files);
  return migrateTenant(migrator, signal);
}

/** What provisioning a tenant would do. Changes nothing. */
export async function planProvision(parts: FleetParts, tenant: Tenant): Promise<ProvisionPlan> {
  const { set, record, createsSchema, inOneTransaction } = await prepare(parts, tenant);
  const { name, schema } = tenant;
  const { pending, findings } = new Standings(set, parts.policy).of(tenant, { ...record, schemaExists: true });
  const refusals = findings.filter(({ severity }) => severity === 'error');
  return { tenant: name, schema, createsSchema, inOneTransaction, pending, refusals };
}

async function prepare(parts: FleetParts, tenant: Tenant) {
  const set = await parts.source.read();
  const record = await recordOf(parts, tenant, set);
  const problems = schemaProblems(tenant.name, tenant.schema, record).filter(
    ({ code }) => code !== 'TENANT_SCHEMA_MISSING',
  );
  const createsSchema = !record.schemaExists;
  const inOneTransaction = createsSchema && (await parts.isTransactional(tenant, set));
  return { set, record, createsSchema, inOneTransaction, problems };
}

/** Removes the history of a tenant, and its schema on request. @returns the number of rows */
export function deprovision(
  { schemas }: FleetParts,
  tenant: Tenant,
  { dropSchema = false, dryRun = false, reason }: DeprovisionOptions,
  signal: AbortSignal,
): Promise<number> {
  return withInterruption(signal, NO_PROGRESS, () => schemas.remove(tenant, { dropSchema, dryRun, reason, signal }));
}
