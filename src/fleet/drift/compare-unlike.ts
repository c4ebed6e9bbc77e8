import { describeDifferences, withoutSecrets } from '../../core/catalog/describe-differences.js';
import type { Finding } from '../../core/errors/finding.js';
import { isAtLeast } from '../../core/status/policy.js';
import { compareSchemas, type TenantCatalog } from '../../core/tenants/compare-schemas.js';
import type { UnlikeTenants } from '../../core/tenants/odd-ones.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';
import type { TenantCatalogs } from '../../core/ports/tenants.js';

const CODES = {
  removed: 'TENANT_OBJECT_MISSING',
  added: 'TENANT_OBJECT_ADDED',
  changed: 'TENANT_OBJECT_DIFFERENT',
} as const;

type Parts = Pick<FleetParts, 'ignoresObject' | 'policy' | 'secretsOf'> & { readonly catalogs: TenantCatalogs };

/**
 * How the odd ones differ from their reference, by tenant. Tenants with the same objects are compared once, and one
 * catalog at a time is kept, besides that of the reference.
 *
 * @param isReported true for the tenants whose findings are wanted.
 * @throws MigrationError if the reference cannot be read. @param onProblem receives why others cannot be read.
 */
export async function compareUnlike(
  parts: Parts,
  unlike: UnlikeTenants,
  isReported: (tenant: Tenant) => boolean,
  onProblem: (tenants: readonly Tenant[], problem: unknown) => void,
): Promise<ReadonlyMap<Tenant, readonly Finding[]>> {
  const findings = new Map<Tenant, readonly Finding[]>();
  const wanted = unlike.odd.map((alike) => alike.filter(isReported)).filter(({ length }) => length > 0);
  if (wanted.length === 0) return findings;
  try {
    const reference = await parts.catalogs.read(unlike.reference);
    for (const alike of wanted) {
      const found = await compareOne(parts, unlike, reference, alike[0] as Tenant);
      for (const tenant of alike)
        findings.set(
          tenant,
          found.map((each) => ({ ...each, tenant: tenant.name })),
        );
    }
  } catch (error) {
    onProblem(
      wanted.flat().filter((tenant) => !findings.has(tenant)),
      error,
    );
  }
  return findings;
}

async function compareOne(
  { catalogs, ignoresObject, policy, secretsOf }: Parts,
  { reference, same, odd }: UnlikeTenants,
  expected: TenantCatalog,
  tenant: Tenant,
): Promise<readonly Finding[]> {
  const compared = compareSchemas(expected, await catalogs.read(tenant), ignoresObject);
  const of = same.length + odd.flat().length;
  const comparedWith = { tenant: reference.name, same: same.length, of };
  const found = describeDifferences(compared, CODES, () => ({ tenant: tenant.name, comparedWith }));
  const secrets = [...secretsOf(reference), ...secretsOf(tenant)];
  return withoutSecrets(found, secrets).filter((each) => isAtLeast('note', policy, each));
}
