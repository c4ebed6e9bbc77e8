import { findingKey, subjectOfTenant, type Finding } from '../../../core/errors/finding.js';
import type { TenantStanding } from '../../../core/tenants/standing.js';
import { groupTenants, withoutName } from './words.js';

/** Tenants in the same state, with the same files and findings. */
export interface StandingGroup {
  /** By name, in the order of the list. */
  readonly tenants: readonly string[];
  /** The standing of the first one; those of the others differ only in names. */
  readonly first: TenantStanding;
}

/**
 * Groups tenants in the same state, so that thousands of them take one line.
 *
 * @param byError whether tenants for which a file failed with different errors are in different groups.
 */
export function groupStandings(standings: readonly TenantStanding[], byError = false): readonly StandingGroup[] {
  const keys = new Map<readonly Finding[], string>(); // tenants with the same history share their findings
  return groupTenants(standings, ({ tenant, state, pending, failed, errors = {}, findings, error }) => {
    const found = keys.get(findings) ?? findings.map((each) => keyInGroup(each, tenant)).join('\n');
    keys.set(findings, found);
    const why = byError ? withoutName(Object.values(errors).join('\n'), tenant) : [];
    return JSON.stringify([state, pending, failed, why, found, error?.message]);
  });
}

/** Findings about the schemas of tenants differ in names only. */
export function keyInGroup(found: Finding, tenant: string): string {
  return found.subject === subjectOfTenant(tenant) ? found.code : findingKey(found);
}
