import type { Tenant } from './tenant.js';

/** The fingerprint of what is in the schema of a tenant. */
export interface FingerprintedTenant {
  readonly tenant: Tenant;
  /** Equal for tenants that should have the same objects. */
  readonly kind: string;
  /** Equal for tenants that have the same objects. */
  readonly fingerprint: string;
}

/** Tenants that should have the same objects, and do not. */
export interface UnlikeTenants {
  /** The first tenant on the list among those that have what most have. */
  readonly reference: Tenant;
  /** The tenants that have the same as the reference, including itself. */
  readonly same: readonly Tenant[];
  /** The others. Tenants in one list have the same objects. */
  readonly odd: readonly (readonly Tenant[])[];
}

/** Tenants that should have the same objects, in lists of two or more. */
export function peersOf(tenants: readonly FingerprintedTenant[]): readonly (readonly FingerprintedTenant[])[] {
  return groupedBy(tenants, ({ kind }) => kind).filter(({ length }) => length > 1);
}

/** The odd ones among peers; undefined if all have the same objects. */
export function oddOnesOf(peers: readonly FingerprintedTenant[]): UnlikeTenants | undefined {
  const byObjects = groupedBy(peers, ({ fingerprint }) => fingerprint);
  const [most = [], ...others] = byObjects.toSorted((a, b) => b.length - a.length); // stable: the earliest comes first
  const [reference] = most;
  if (!reference || others.length === 0) return undefined;
  const tenantsOf = (group: readonly FingerprintedTenant[]): Tenant[] => group.map(({ tenant }) => tenant);
  return { reference: reference.tenant, same: tenantsOf(most), odd: others.map(tenantsOf) };
}

function groupedBy<T>(values: readonly T[], keyOf: (value: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return [...groups.values()];
}
