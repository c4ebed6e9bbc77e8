import { count } from '../errors/wording.js';
import { isApplied, type MigrationStatus } from './status.js';
import { summarize, type StatusSummary } from './summary.js';

/** Whether the database is ready for this release. */
export interface MigrationHealth {
  /** False when a migration of this release is not applied, or when it has none although some are applied. */
  readonly up: boolean;
  readonly message: string;
  readonly summary: StatusSummary;
  /** The migrations that keep it down, at most ten. */
  readonly blocking: readonly { readonly file: string; readonly state: MigrationStatus['state'] }[];
}

const MAX_LISTED = 10;

/**
 * Considers only the migrations in this release's directory: a row of another release never takes a healthy replica
 * down, and a database that is ahead is up. Only an empty directory is down then, because it is the wrong one.
 */
export function assessHealth(statuses: readonly MigrationStatus[]): MigrationHealth {
  const summary = summarize(statuses);
  const blocking = statuses
    .filter(({ state, onDisk }) => onDisk && !isApplied(state))
    .map(({ file, state }) => ({ file, state }));
  const isWrongDirectory = summary.applied > 0 && !statuses.some(({ onDisk }) => onDisk);
  const up = blocking.length === 0 && !isWrongDirectory;
  return {
    up,
    summary,
    blocking: blocking.slice(0, MAX_LISTED),
    message: up ? upMessage(statuses) : downMessage(blocking.length, summary),
  };
}

function downMessage(blocking: number, { applied }: StatusSummary): string {
  if (blocking > 0) return `${count(blocking, 'migration')} of this release not applied`;
  return `the directory of this release contains no migrations, but ${applied} ${applied === 1 ? 'is' : 'are'} applied`;
}

/** Drift does not take a replica down, but nothing that has drifted is up to date. */
function upMessage(statuses: readonly MigrationStatus[]): string {
  const [changed = 0, missing = 0, renamed = 0, ahead = 0, orphaned = 0] = (
    ['changed', 'missing', 'renamed', 'ahead', 'orphaned'] as const
  ).map((state) => statuses.filter((each) => each.state === state).length);
  const notes = [
    ...(changed > 0 ? [`${count(changed, 'file')} changed since applied`] : []),
    ...(missing > 0 ? [`${count(missing, 'applied file')} missing`] : []),
    ...(renamed > 0 ? [`${count(renamed, 'file')} renamed since applied`] : []),
    ...(ahead > 0 ? [`the database is ahead of this release by ${count(ahead, 'migration')}`] : []),
    ...(orphaned > 0 ? [`${count(orphaned, 'unfinished migration')} without a file`] : []),
  ];
  return notes.join('; ') || 'up to date';
}
