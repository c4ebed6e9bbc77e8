import type { Tenant } from './tenant.js';

/** The fingerprint of what is in the schema of a tenant. */
export interface FingerprintedTenant {
  readonly tenant: Tenant;
  /** Equal for tenants that should have the same objects. */
  readonly kind: string;
  /** Equal for tenants that have the same objects. */
  readonly fingerprint: string;
}

/** Tenants that should have the same objects, in lists of two or more. */
export function peersOf(tenants: readonly FingerprintedTenant[]): readonly (readonly FingerprintedTenant[])[] {
  return groupedBy(tenants, ({ kind }) => kind).filter(({ length }) => length > 1);
}

/** Peers that have the same objects, in one list each; the longest list first. */
export function alikeIn(peers: readonly FingerprintedTenant[]): readonly (readonly Tenant[])[] {
  const groups = groupedBy(peers, ({ fingerprint }) => fingerprint);
  return groups.toSorted((a, b) => b.length - a.length).map((group) => group.map(({ tenant }) => tenant));
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
