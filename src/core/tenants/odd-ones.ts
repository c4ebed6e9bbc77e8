import { groupBy } from '../collections/group-by.js';
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
  return [...groupBy(tenants, ({ kind }) => kind).values()].filter(({ length }) => length > 1);
}

/** Peers that have the same objects, in one list each; the longest list first. */
export function alikeIn(peers: readonly FingerprintedTenant[]): readonly (readonly Tenant[])[] {
  const groups = [...groupBy(peers, ({ fingerprint }) => fingerprint).values()];
  return groups.toSorted((a, b) => b.length - a.length).map((group) => group.map(({ tenant }) => tenant));
}
