import { groupBy } from '../../../core/collections/group-by.js';
import { list } from '../../../core/errors/wording.js';

/** `1 tenant (oak-hill)`, `5,000 tenants (t0, t1, … and 4,990 more)`. */
export function describeTenants(names: readonly string[]): string {
  return `${numberOf(names.length)} (${list(names)})`;
}

/** `1 tenant`, `5,000 tenants`. */
export function numberOf(tenants: number): string {
  return `${tenants.toLocaleString('en')} tenant${tenants === 1 ? '' : 's'}`;
}

/** What to say if there is nobody to work for. */
export const NO_TENANTS_LISTED = 'No tenants are listed.';

/** A text with each line indented. */
export function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

/** The words of a text without the name of its tenant, which its schema usually has with other separators. */
export function withoutName(text: string, ...names: readonly string[]): readonly string[] {
  const known = new Set(names.map(withOneSeparator));
  return text.split(/([\w-]+)/).filter((word) => !known.has(withOneSeparator(word)));
}

function withOneSeparator(name: string): string {
  return name.replaceAll('-', '_');
}

/** The tenants of each group with the same key, in the order of their first ones. */
export function groupTenants<T extends { readonly tenant: string }>(
  all: readonly T[],
  keyOf: (each: T) => string,
): readonly { readonly first: T; readonly tenants: readonly string[] }[] {
  return [...groupBy(all, keyOf).values()].map((group) => ({
    first: group[0] as T,
    tenants: group.map(({ tenant }) => tenant),
  }));
}
