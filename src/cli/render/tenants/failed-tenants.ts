import { MigrationError } from '../../../core/errors/migration-error.js';
import { messageOfAny } from '../../../core/errors/wording.js';
import type { Invocation } from '../../process/invocation.js';
import { describeError } from '../describe-error.js';
import { errorToJson } from '../error-to-json.js';
import { forTenant } from './for-tenant.js';
import { describeTenants, groupTenants, indented, withoutName } from './words.js';

/** A tenant for which something failed. */
export interface FailedTenant {
  readonly tenant: string;
  /** Its schema, if messages may name it. */
  readonly schema?: string | undefined;
  readonly error: unknown;
}

/** The tenants for which something failed: once for all tenants with the same error, which may name the first one. */
export function renderFailed(failed: readonly FailedTenant[], typed: Invocation, what: string): string[] {
  return groupTenants(failed, failureKey).map(
    ({ first, tenants }) =>
      `${describeTenants(tenants)} ${what}:\n${indented(describeError(first.error, forTenant(typed, first.tenant)))}`,
  );
}

/** The same for programs. */
export function failedToJson(failed: readonly FailedTenant[], typed: Invocation): readonly object[] {
  return failed.map(({ tenant, error }) => ({ tenant, error: errorToJson(error, forTenant(typed, tenant)).error }));
}

/** Equal for errors that differ only in the names of the tenant and its schema, and in how long something took. */
export function failureKey({ tenant, schema = tenant, error }: FailedTenant): string {
  const code = error instanceof MigrationError ? error.code : 'UNEXPECTED';
  const words = withoutName(messageOfAny(error).replaceAll(/\b\d+(\.\d+)? (ms|s)\b/g, ''), tenant, schema);
  return JSON.stringify([code, words]);
}
