import type { TenantState } from './standing.js';

/** Whether the tenants are ready for this release. */
export interface FleetHealth {
  /** True if the number of tenants that are not current is tolerated. */
  readonly up: boolean;
  /** `4,998 of 5,000 tenants current, 2 failed`. It names no tenant. */
  readonly message: string;
  /** The number of tenants, by state. */
  readonly counts: Readonly<Record<TenantState, number>>;
}

const WORDS: Readonly<Record<Exclude<TenantState, 'current'>, string>> = {
  behind: 'behind',
  failed: 'failed',
  refused: 'refused',
  missing: 'without a schema',
  unknown: 'unknown',
};

/** @param tolerated how many tenants, or what share of them, need not be current. */
export function fleetHealth(counts: FleetHealth['counts'], tolerated: number | `${number}%`): FleetHealth {
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const states = Object.keys(WORDS) as (keyof typeof WORDS)[];
  const others = states.filter((state) => counts[state] > 0).map((state) => `${inText(counts[state])} ${WORDS[state]}`);
  const message = [`${inText(counts.current)} of ${inText(all)} tenants current`, ...others].join(', ');
  return { up: isTolerated(all - counts.current, all, tolerated), message, counts };
}

/** Never rounded up: 1% of a few tenants is none. */
function isTolerated(others: number, all: number, tolerated: number | `${number}%`): boolean {
  if (typeof tolerated === 'number') return others <= tolerated;
  return others * 100 <= Number.parseFloat(tolerated) * all + 1e-6; // products of decimal fractions are inexact
}

function inText(n: number): string {
  return n.toLocaleString('en');
}
