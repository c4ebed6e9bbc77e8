import { findingKey, subjectOfTenant, type Finding } from '../../../core/errors/finding.js';
import type { TenantStanding } from '../../../core/tenants/standing.js';

/** Tenants in the same state, with the same files and findings. */
export interface StandingGroup {
  /** By name, in the order of the list. */
  readonly tenants: readonly string[];
  /** The standing of the first one; those of the others differ only in names. */
  readonly first: TenantStanding;
}

/** Groups tenants in the same state, so that thousands of them take one line. */
export function groupStandings(standings: readonly TenantStanding[]): readonly StandingGroup[] {
  const groups = new Map<string, { readonly tenants: string[]; readonly first: TenantStanding }>();
  const keys = new Map<readonly Finding[], string>(); // tenants with the same history share their findings
  for (const standing of standings) {
    const { tenant, state, pending, failed, findings, error } = standing;
    const found = keys.get(findings) ?? findings.map((each) => keyOf(each, tenant)).join('\n');
    keys.set(findings, found);
    const key = JSON.stringify([state, pending, failed, found, error?.message]);
    const group = groups.get(key);
    if (group) group.tenants.push(tenant);
    else groups.set(key, { tenants: [tenant], first: standing });
  }
  return [...groups.values()];
}

/** Findings about the schemas of tenants differ in names only. */
function keyOf(found: Finding, tenant: string): string {
  return found.subject === subjectOfTenant(tenant) ? found.code : findingKey(found);
}
