import { isApplied, type MigrationStatus } from './status.js';

/**
 * Counts over a list of statuses. `applied` counts everything recorded as applied, whatever became of the files since.
 */
export interface StatusSummary {
  readonly total: number;
  readonly applied: number;
  /** On disk and to be run: out of order ones included. */
  readonly pending: number;
  readonly failed: number;
  readonly running: number;
  readonly outOfOrder: number;
  /** Changed after they were applied, cosmetic changes included. */
  readonly changed: number;
  readonly renamed: number;
  readonly missing: number;
  /** Applied by a newer release than this one. */
  readonly ahead: number;
  readonly unverified: number;
  /** The last of the applied ones, in migration order. */
  readonly newestApplied: string | null;
}

export function summarise(statuses: readonly MigrationStatus[]): StatusSummary {
  const count = (...states: MigrationStatus['state'][]): number =>
    statuses.filter(({ state }) => states.includes(state)).length;
  return {
    total: statuses.length,
    applied: statuses.filter(({ state }) => isApplied(state)).length,
    pending: count('pending', 'out-of-order', 'ambiguous'),
    failed: count('failed'),
    running: count('running'),
    outOfOrder: count('out-of-order'),
    changed: count('changed', 'cosmetic'),
    renamed: count('renamed'),
    missing: count('missing'),
    ahead: count('ahead'),
    unverified: count('unverified'),
    newestApplied: statuses.findLast(({ state }) => isApplied(state))?.file ?? null,
  };
}
