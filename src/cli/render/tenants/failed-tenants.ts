import type { Invocation } from '../../process/invocation.js';
import { describeError } from '../describe-error.js';
import { errorToJson } from '../error-to-json.js';
import { forTenant } from './for-tenant.js';
import { describeTenants, indented } from './words.js';

/** A tenant for which something failed. */
interface FailedTenant {
  readonly tenant: string;
  readonly error: unknown;
}

/** The tenants for which something failed: once for all tenants with the same error. */
export function renderFailed(failed: readonly FailedTenant[], typed: Invocation, what: string): string[] {
  const groups = new Map<string, string[]>();
  for (const { tenant, error } of failed) {
    const text = describeError(error, forTenant(typed, tenant));
    const known = groups.get(text);
    if (known) known.push(tenant);
    else groups.set(text, [tenant]);
  }
  return [...groups].map(([text, tenants]) => `${describeTenants(tenants)} ${what}:\n${indented(text)}`);
}

/** The same for programs. */
export function failedToJson(failed: readonly FailedTenant[], typed: Invocation): readonly object[] {
  return failed.map(({ tenant, error }) => ({ tenant, error: errorToJson(error, forTenant(typed, tenant)).error }));
}
