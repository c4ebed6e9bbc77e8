import type { Tenant } from './tenant.js';

/** The tenants of a wave: those of a group, or the first ones of the list, as a number or a share (`'10%'`). */
export type WaveDefinition = { readonly group: string } | { readonly first: number | `${number}%` };

/** Tenants that are migrated together, before the gate to the next wave. */
export interface Wave {
  /** Counts from 1. It is the same in each rollout, whichever tenants have something to do. */
  readonly number: number;
  /** All tenants that belong to it. */
  readonly members: readonly Tenant[];
  /** Those that take part; none if the wave needs no work. */
  readonly due: readonly Tenant[];
}

/**
 * Divides tenants into waves. A tenant belongs to the first wave that names it; the last wave has all others.
 *
 * @param tenants the whole list, so that the first ones are the same in each rollout.
 * @param isDue whether a tenant takes part.
 * @returns the waves that have members, even if none takes part.
 */
export function wavesOf(
  tenants: readonly Tenant[],
  definitions: readonly WaveDefinition[],
  isDue: (tenant: Tenant) => boolean,
): readonly Wave[] {
  const left = new Set(tenants);
  const take = (members: readonly Tenant[]): Tenant[] => members.filter((tenant) => left.delete(tenant));
  const named = definitions.map((definition) =>
    take(
      'group' in definition
        ? tenants.filter(({ group }) => group === definition.group)
        : tenants.slice(0, shareOf(definition.first, tenants.length)),
    ),
  );
  return [...named, take(tenants)]
    .filter((members) => members.length > 0)
    .map((members, i) => ({ number: i + 1, members, due: members.filter(isDue) }));
}

/** Groups that a wave names but no tenant has: most likely a typo. */
export function unknownGroups(tenants: readonly Tenant[], definitions: readonly WaveDefinition[]): readonly string[] {
  const known = new Set(tenants.map(({ group }) => group));
  return definitions.flatMap((each) => ('group' in each && !known.has(each.group) ? [each.group] : []));
}

/** A number of tenants, given as such or as a share of all; at least 1. */
export function shareOf(given: number | string, all: number): number {
  if (typeof given === 'number') return given;
  return Math.max(1, Math.ceil((all * Number.parseFloat(given)) / 100));
}

/** True for a share: `1%`, `0.5%`, at most `100%`. */
export function isShare(given: unknown): given is `${number}%` {
  return typeof given === 'string' && /^\d{1,3}(?:\.\d+)?%$/.test(given) && inRange(Number.parseFloat(given));
}

function inRange(share: number): boolean {
  return share > 0 && share <= 100;
}
