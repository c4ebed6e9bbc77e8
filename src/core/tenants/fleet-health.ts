import { ConfigurationError } from '../errors/input-errors.js';
import type { TenantStanding, TenantState } from './standing.js';
import { isShare } from './waves.js';

/** How many tenants, or what share of them (`'1%'`), need not be current. `few`: 10%, or one if that is more, but not all. */
export type Tolerance = number | `${number}%` | 'few';

/** True for a tolerance: a whole number, a share of at most `100%`, or `few`. */
export function isTolerance(given: unknown): given is Tolerance {
  return given === 'few' || isShare(given) || (Number.isInteger(given) && Number(given) >= 0);
}

/** @param option its name. @throws ConfigurationError if it is not a tolerance */
export function assertTolerance(value: unknown, option: string): asserts value is Tolerance {
  if (isTolerance(value)) return;
  const given = JSON.stringify(value);
  const detail = `${given} is neither a number of tenants nor a share such as "1%"`;
  throw new ConfigurationError('INVALID_OPTIONS', [{ option, code: 'invalid', given, detail }]);
}

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

/** The number of tenants, by state. */
export function countStates(standings: readonly Pick<TenantStanding, 'state'>[]): Record<TenantState, number> {
  const counts = { current: 0, behind: 0, failed: 0, refused: 0, missing: 0, unknown: 0 };
  for (const { state } of standings) counts[state] += 1;
  return counts;
}

/** Judges the states of tenants. */
export function fleetHealth(counts: FleetHealth['counts'], tolerated: Tolerance): FleetHealth {
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const states = Object.keys(WORDS) as (keyof typeof WORDS)[];
  const others = states.filter((state) => counts[state] > 0).map((state) => `${inText(counts[state])} ${WORDS[state]}`);
  const message = [`${inText(counts.current)} of ${inText(all)} tenants current`, ...others].join(', ');
  return { up: isTolerated(all - counts.current, all, tolerated), message, counts };
}

/** Never rounded up: 1% of a few tenants is none. */
function isTolerated(others: number, all: number, tolerated: Tolerance): boolean {
  if (typeof tolerated === 'number') return others <= tolerated;
  if (tolerated === 'few') return others <= Math.max(1, Math.floor(all / 10)) && (others < all || all === 0);
  return others * 100 <= Number.parseFloat(tolerated) * all + 1e-6; // products of decimal fractions are inexact
}

function inText(n: number): string {
  return n.toLocaleString('en');
}
