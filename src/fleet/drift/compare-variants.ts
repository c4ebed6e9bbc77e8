import { describeDifferences, withoutSecrets } from '../../core/catalog/describe-differences.js';
import type { Finding } from '../../core/errors/finding.js';
import type { TenantCatalogs } from '../../core/ports/tenants.js';
import { isAtLeast } from '../../core/status/policy.js';
import { Majority, type Variant } from '../../core/tenants/majority.js';
import { OwnNames } from '../../core/tenants/own-names.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';

const CODES = {
  removed: 'TENANT_OBJECT_MISSING',
  added: 'TENANT_OBJECT_ADDED',
  changed: 'TENANT_OBJECT_DIFFERENT',
} as const;

type Parts = Pick<FleetParts, 'ignoresObject' | 'policy' | 'secretsOf'> & { readonly catalogs: TenantCatalogs };

/**
 * How tenants differ from what most of them have, object by object. The objects of one tenant of each list are read.
 *
 * @param alike lists of tenants that have the same objects.
 * @param onProblem receives why a tenant cannot be read; its list is then left out.
 */
export async function compareVariants(
  parts: Parts,
  alike: readonly (readonly Tenant[])[],
  onProblem: (tenants: readonly Tenant[], problem: unknown) => void,
): Promise<ReadonlyMap<Tenant, readonly Finding[]>> {
  const variants: Variant[] = [];
  for (const tenants of alike) {
    const [first] = tenants as readonly [Tenant];
    try {
      const catalog = await parts.catalogs.read(first);
      variants.push({ tenants, catalog, names: new OwnNames({ ...catalog, tenant: first.name }) });
    } catch (error) {
      onProblem(tenants, error);
    }
  }
  const [first, ...others] = variants;
  const findings = new Map<Tenant, readonly Finding[]>();
  if (!first || others.length === 0) return findings;
  const majority = new Majority([first, ...others], parts.ignoresObject);
  for (const variant of variants) {
    const found = findingsOf(parts, majority, variant);
    for (const tenant of variant.tenants)
      findings.set(
        tenant,
        found.map((each) => ({ ...each, tenant: tenant.name })),
      );
  }
  return findings;
}

function findingsOf({ policy, secretsOf }: Parts, majority: Majority, variant: Variant): readonly Finding[] {
  const [tenant] = variant.tenants as readonly [Tenant];
  const found = describeDifferences(majority.differenceOf(variant), CODES, (object) => {
    const comparedWith = majority.supportOf(object);
    return { tenant: tenant.name, ...(comparedWith && { comparedWith }) };
  });
  return withoutSecrets(found, secretsOf(tenant)).filter((each) => isAtLeast('note', policy, each));
}
