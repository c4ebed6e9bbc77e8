import { list } from '../../../core/errors/wording.js';

/** `1 tenant (oak-hill)`, `5,000 tenants (t0, t1, … and 4,990 more)`. */
export function describeTenants(names: readonly string[]): string {
  return `${numberOf(names.length)} (${list(names)})`;
}

/** `1 tenant`, `5,000 tenants`. */
export function numberOf(tenants: number): string {
  return `${tenants.toLocaleString('en')} tenant${tenants === 1 ? '' : 's'}`;
}

/** A text with each line indented. */
export function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
