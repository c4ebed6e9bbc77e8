import type { RolloutReport } from '../../../core/tenants/report.js';
import type { Invocation } from '../../process/invocation.js';
import { describeError } from '../describe-error.js';
import { failureKey } from './failed-tenants.js';
import { forTenant } from './for-tenant.js';
import { describeTenants, groupTenants, indented } from './words.js';

/**
 * The tenants that failed or were interrupted, with the error as a single run would report it: once for all tenants with
 * the same error, which may name the first one.
 */
export function renderFailures({ tenants }: RolloutReport, typed: Invocation): string[] {
  const failed = tenants.flatMap(({ tenant, outcome, error }) => (error ? [{ tenant, outcome, error }] : []));
  const groups = groupTenants(failed, (each) => `${each.outcome} ${failureKey(each)}`);
  return groups.flatMap(({ first: { tenant, outcome, error }, tenants: names }) => {
    const who = names.length === 1 ? `Tenant ${tenant}` : describeTenants(names);
    const what = outcome === 'failed' ? 'failed' : names.length === 1 ? 'was interrupted' : 'were interrupted';
    return [`${who} ${what}:`, indented(describeError(error, forTenant(typed, tenant)))];
  });
}
