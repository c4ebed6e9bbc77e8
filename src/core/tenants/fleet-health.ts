import type { TenantState } from './standing.js';
import { shareOf } from './waves.js';

/** Whether the tenants are ready for this release. */
export interface FleetHealth {
  /** True if no more tenants than tolerated are not current. */
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

/** @param tolerated how many tenants, or which share of them, may be other than current. */
export function fleetHealth(counts: FleetHealth['counts'], tolerated: number | `${number}%`): FleetHealth {
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const states = Object.keys(WORDS) as (keyof typeof WORDS)[];
  const others = states.filter((state) => counts[state] > 0).map((state) => `${inText(counts[state])} ${WORDS[state]}`);
  const message = [`${inText(counts.current)} of ${inText(all)} tenants current`, ...others].join(', ');
  return { up: all - counts.current <= shareOf(tolerated, all), message, counts };
}

function inText(n: number): string {
  return n.toLocaleString('en');
}
