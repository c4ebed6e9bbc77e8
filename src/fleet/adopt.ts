import { isReplaced, Standings } from '../core/tenants/standing.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { NO_PROGRESS, withInterruption } from '../migrator/run/interruption.js';
import type { FleetParts } from './parts.js';

/**
 * Makes the histories of tenants those of their present schemas, where they are not.
 *
 * @returns the names of those tenants.
 */
export async function adopt(
  { records, source, policy, schemas, engine, rollout }: FleetParts,
  tenants: readonly Tenant[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const set = await source.refresh();
  const found = await records.read(tenants, set);
  const standings = new Standings(set, policy);
  const replaced = tenants.filter((tenant, i) => isReplaced(standings.of(tenant, found[i] as (typeof found)[0])));
  const adopted = new Set<Tenant>();
  const failures: unknown[] = [];
  const work = async (tenant: Tenant): Promise<void> => {
    try {
      const isDone = await withInterruption(signal, NO_PROGRESS, () => schemas.adopt(tenant, signal));
      if (isDone) adopted.add(tenant);
    } catch (error) {
      failures.push(error);
    }
  };
  const mayStart = (): boolean => failures.length === 0 && !signal.aborted;
  await engine.run(replaced, work, { parallelism: rollout.parallelism, mayStart });
  if (failures.length > 0) throw failures[0];
  return replaced.filter((tenant) => adopted.has(tenant)).map(({ name }) => name);
}
