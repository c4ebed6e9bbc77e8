import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { TenantResult } from '../../core/tenants/report.js';
import { Standings, type TenantRecord, type TenantStanding, type UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';

interface Repeated {
  readonly tenants: readonly Tenant[];
  /** Where those of them stood before that were tried more than once. */
  readonly before: readonly TenantStanding[];
  readonly set: MigrationSet;
}

/**
 * The results of tenants of which only the last attempt is known, completed with what earlier
 * attempts have applied according to the history. If it cannot be read, they stay as they are.
 */
export async function withHistory(
  { records, policy }: Pick<FleetParts, 'records' | 'policy'>,
  { tenants, before, set }: Repeated,
  results: ReadonlyMap<string, TenantResult>,
): Promise<readonly TenantResult[]> {
  if (before.length === 0) return [];
  const earlier = new Map(before.map((standing) => [standing.tenant, standing]));
  const concerned = tenants.filter(({ name }) => earlier.has(name));
  const found = await records.read(concerned, set).catch(() => []);
  return new Standings(set, policy).all(concerned, found).flatMap(({ tenant, record, standing }) => {
    const result = results.get(tenant.name);
    const stood = earlier.get(tenant.name);
    if (!result || !stood || 'problem' in record) return [];
    return [completed(result, stood.pending, standing.pending, record)];
  });
}

function completed(
  result: TenantResult,
  before: readonly string[],
  after: readonly string[],
  record: Exclude<TenantRecord | UnreadRecord, { problem: unknown }>,
): TenantResult {
  const applied = before.filter((file) => !after.includes(file));
  if (applied.length === 0) return result;
  const runId = result.runId ?? record.history.rows.find(({ file }) => file === applied.at(-1))?.runId ?? undefined;
  if (result.outcome === 'failed' || (result.outcome === 'interrupted' && after.length > 0))
    return { ...result, applied, runId };
  const { error: _, ...others } = result; // nothing is left to do
  return { ...others, outcome: 'applied', applied, runId };
}
