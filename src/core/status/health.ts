import type { MigrationStatus } from './status.js';
import { summarise, type StatusSummary } from './summary.js';

/** Whether this release finds the database that it needs. */
export interface MigrationHealth {
  readonly up: boolean;
  readonly message: string;
  readonly summary: StatusSummary;
  /** What keeps it down: the first few, by name and state. */
  readonly blocking: readonly { readonly file: string; readonly state: MigrationStatus['state'] }[];
}

const LISTED = 10;

/**
 * Judges by the migrations of this release's own directory alone: a row of another release never takes a healthy
 * replica down, and a database that is ahead is up.
 */
export function judgeHealth(statuses: readonly MigrationStatus[]): MigrationHealth {
  const summary = summarise(statuses);
  const blocking = statuses
    .filter(({ state, onDisk }) => onDisk && BLOCKING.has(state))
    .map(({ file, state }) => ({ file, state }));
  const up = blocking.length === 0;
  const behind = `${blocking.length} migration${blocking.length === 1 ? '' : 's'} of this release not applied`;
  const ahead = `the database is ahead of this release by ${summary.ahead} migration${summary.ahead === 1 ? '' : 's'}`;
  return {
    up,
    summary,
    blocking: blocking.slice(0, LISTED),
    message: up ? (summary.ahead > 0 ? ahead : 'up to date') : behind,
  };
}

const BLOCKING: ReadonlySet<MigrationStatus['state']> = new Set([
  'pending',
  'out-of-order',
  'ambiguous',
  'failed',
  'running',
]);
