import { isApplied, type MigrationStatus } from './status.js';

/** Counts over a list of statuses. */
export interface StatusSummary {
  readonly total: number;
  /** Recorded as applied, whatever the state of the files. */
  readonly applied: number;
  /** On disk but not applied yet, including out-of-order ones. */
  readonly pending: number;
  readonly failed: number;
  readonly running: number;
  readonly outOfOrder: number;
  /** Changed after they were applied, including cosmetic changes. */
  readonly changed: number;
  readonly renamed: number;
  readonly missing: number;
  /** Applied by a newer release than this one. */
  readonly ahead: number;
  readonly unverified: number;
  /** Failed or unfinished, and the file is gone. */
  readonly orphaned: number;
  /** Files that cannot be used as migrations. */
  readonly unusable: number;
  /** The last applied migration, in migration order. */
  readonly newestApplied: string | null;
}

/** Counts statuses by state. */
export function summarize(statuses: readonly MigrationStatus[]): StatusSummary {
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
    orphaned: count('orphaned'),
    unusable: count('unusable'),
    newestApplied: statuses.findLast(({ state }) => isApplied(state))?.file ?? null,
  };
}
