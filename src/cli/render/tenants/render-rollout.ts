import type { RolloutReport, TenantResult } from '../../../core/tenants/report.js';
import type { Invocation } from '../../process/invocation.js';
import { describeError } from '../describe-error.js';
import { forTenant } from './for-tenant.js';
import { indented } from './words.js';

/** The tenants that failed or were interrupted, each with its error as a single run would report it. */
export function renderFailures({ tenants }: RolloutReport, typed: Invocation): string[] {
  return tenants.flatMap(({ tenant, outcome, error }) =>
    error === undefined
      ? []
      : [`Tenant ${tenant} ${WORDS[outcome]}:`, indented(describeError(error, forTenant(typed, tenant)))],
  );
}

const WORDS: Readonly<Record<TenantResult['outcome'], string>> = {
  applied: 'was migrated',
  'nothing-to-do': 'had nothing to do',
  failed: 'failed',
  skipped: 'was not started',
  interrupted: 'was interrupted',
};
