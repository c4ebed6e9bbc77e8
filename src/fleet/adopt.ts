import { MigrationError } from '../core/errors/migration-error.js';
import type { MigrationSet } from '../core/migration/migration-set.js';
import type { TenantAdoption } from '../core/ports/tenants.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { NO_PROGRESS, throwIfInterrupted, withInterruption } from '../migrator/run/interruption.js';
import { eachByServer } from './engine/by-server.js';
import type { FleetParts } from './parts.js';

/** How histories are taken over. */
interface Adoption extends TenantAdoption {
  /** True to change nothing. */
  readonly dryRun: boolean;
}

/**
 * Assigns the histories of tenants to their present schemas, if they belong to others. If databases cannot be read, it fails
 * after the other tenants; a dry run leaves these tenants out.
 *
 * @returns the names of those tenants. An error names the tenant that failed, and those that were taken over before.
 */
export async function adopt(
  parts: FleetParts,
  tenants: readonly Tenant[],
  { dryRun, ...adoption }: Adoption,
): Promise<readonly string[]> {
  const { source, schemas, rollout } = parts;
  const { signal, isNamed } = adoption;
  const { concerned, unread } = await adoptable(parts, tenants, await source.refresh(), isNamed);
  if (dryRun) return concerned.map(({ name }) => name);
  const adopted = new Set<Tenant>();
  const failures: Failure[] = [];
  const work = async (tenant: Tenant): Promise<void> => {
    try {
      const isDone = await withInterruption(signal, NO_PROGRESS, () => schemas.adopt(tenant, adoption));
      if (isDone) adopted.add(tenant);
    } catch (error) {
      failures.push({ tenant, error });
    }
  };
  const names = (): string[] => concerned.filter((tenant) => adopted.has(tenant)).map(({ name }) => name);
  const mayStart = (): boolean => failures.length === 0 && !signal.aborted;
  try {
    await eachByServer(concerned, work, { parallelism: rollout.parallelism, mayStart });
    if (failures[0]) throw failures[0].error;
    throwIfInterrupted(signal);
    if (unread[0]) throw unread[0].error;
  } catch (error) {
    const failed = [...failures, ...unread].map(({ tenant }) => tenant.name);
    if (failed.length > 0) addLine(error, `Not taken over: ${failed.join(', ')}.`);
    if (adopted.size > 0) addLine(error, `Taken over before: ${names().join(', ')}.`);
    throw error;
  }
  return names();
}

function addLine(error: unknown, line: string): void {
  if (error instanceof MigrationError) error.addLine(line);
  else if (error instanceof Error) error.message += `\n${line}`;
}

interface Failure {
  readonly tenant: Tenant;
  readonly error: unknown;
}

/** The tenants for which there may be something to change, as the lock of each decides; and those that cannot be read. */
async function adoptable(
  { records }: FleetParts,
  tenants: readonly Tenant[],
  set: MigrationSet,
  isNamed: boolean,
): Promise<{ readonly concerned: readonly Tenant[]; readonly unread: readonly Failure[] }> {
  const found = await records.read(tenants, set);
  const unread = tenants.flatMap((tenant, i) => {
    const record = found[i];
    return record && 'problem' in record ? [{ tenant, error: record.problem }] : [];
  });
  const concerned = tenants.filter((_, i) => {
    const record = found[i];
    if (!record || 'problem' in record || record.schemaOf !== undefined || !record.schemaExists) return false;
    if (isNamed) return record.replaced !== undefined || record.history.rows.length > 0;
    return record.replaced !== undefined && record.replaced.isRenamed !== true;
  });
  return { concerned, unread };
}
