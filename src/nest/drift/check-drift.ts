import { uncheckedCodes } from '../../core/catalog/unchecked.js';
import type { Finding, FindingCode } from '../../core/errors/finding.js';
import type { IsUnchecked } from '../../core/status/incidents.js';
import type { FleetDrift, TenantDrift } from '../../fleet/drift/fleet-drift.js';
import type { Migrator } from '../../migrator/migrator.js';
import type { TenantFleet } from '../configuration/tenants.js';

/** What a drift check found, and what it could not check. */
export interface CheckedDrift {
  readonly findings: readonly Finding[];
  readonly isUnchecked: IsUnchecked;
  /** Why tenants were not checked, although they should be. The findings about the shared files stay valid. */
  readonly error?: unknown;
}

/** How the schema of a tenant differs from those of others. */
const BETWEEN_TENANTS: readonly string[] = [
  'TENANT_OBJECT_ADDED',
  'TENANT_OBJECT_MISSING',
  'TENANT_OBJECT_DIFFERENT',
] satisfies FindingCode[];

/**
 * Looks for drift of the shared files and of tenants.
 *
 * @param fleet undefined if tenants are not checked.
 * @throws MigrationError if the shared files cannot be checked.
 */
export async function checkDrift(migrator: Migrator, fleet: TenantFleet | undefined): Promise<CheckedDrift> {
  const own = await migrator.drift({ diff: true });
  const { drift, ...failed } = await tenantDrift(fleet);
  const { tenants, findings = [] } = drift ?? {};
  const unchecked: readonly string[] = uncheckedCodes(own);
  const isTenantUnchecked = tenants ? uncheckedTenants(tenants) : () => true; // another process may check them
  return {
    findings: [...own, ...findings, ...(tenants ?? []).flatMap((each) => each.findings)],
    isUnchecked: ({ code, tenant }) =>
      tenant === undefined ? unchecked.includes(code) : isTenantUnchecked(tenant, code),
    ...failed,
  };
}

async function tenantDrift(
  fleet: TenantFleet | undefined,
): Promise<{ readonly drift?: FleetDrift; readonly error?: unknown }> {
  if (!fleet) return {};
  try {
    return { drift: await fleet.drift({ diff: true }) };
  } catch (error) {
    return { error };
  }
}

/** A tenant that is no longer on the list has no drift. */
function uncheckedTenants(tenants: readonly TenantDrift[]): (tenant: string, code: string) => boolean {
  const incomplete = new Map(
    tenants.filter(({ isCompared, error }) => !isCompared || error).map((each) => [each.tenant, each]),
  );
  return (tenant, code) => {
    const found = incomplete.get(tenant);
    return found !== undefined && (found.error !== undefined || BETWEEN_TENANTS.includes(code));
  };
}
