import type { HistoryRow } from '../history/history.js';
import type { MigrationSet } from '../migration/migration-set.js';
import type { RunnableStatus } from './plan.js';
import type { MigrationState, MigrationStatus } from './status.js';

/** One change that a repair makes to the history. */
export interface RepairAction {
  /** What changes: the recorded checksum or name, the progress of an unfinished migration, or the removed row. */
  readonly kind: 'checksum' | 'name' | 'restart' | 'resume' | 'remove';
  readonly file: string;
  /** The name in the history before the change. */
  readonly recordedAs: string;
  /** The recorded checksum and that of the file; for `restart` and `resume`, the progress before and after; for `remove`, `failed` and `removed`. */
  readonly from: string | null;
  readonly to: string;
  /** For `resume`: the statement with which the next run continues; null if none is left. */
  readonly next?: { readonly line: number; readonly statement: string } | null;
  /** For `resume`: why `next` may be the wrong statement. */
  readonly warning?: string;
}

const REPAIRED: ReadonlySet<MigrationState> = new Set(['renamed', 'changed', 'cosmetic', 'unverified']);

/** The migrations whose recorded checksum or name does not match their file. */
export function findRepairable(statuses: readonly MigrationStatus[]): RunnableStatus[] {
  return statuses.filter(
    (status): status is RunnableStatus => status.migration !== undefined && REPAIRED.has(status.state),
  );
}

/** Files, and all rows of the history, joined with them. */
interface Joined {
  readonly set: MigrationSet;
  readonly statuses: readonly MigrationStatus[];
  readonly rows: readonly HistoryRow[];
}

/**
 * The rows of migrations that failed in a transaction, so that nothing is left of them, and that will not run again: their
 * files are gone, or they are checkpoints at which the database did not start. A migration that runs in steps may have
 * left something behind, so its row stays.
 */
export function findObsolete({ set, statuses, rows }: Joined): HistoryRow[] {
  const orphaned = statuses.flatMap(({ state, row }) => (state === 'orphaned' && row ? [row] : []));
  const known = new Set(statuses.map(({ file }) => file));
  const unused = new Set(set.checkpoints.map(({ file }) => file).filter((file) => !known.has(file)));
  return [...orphaned, ...rows.filter(({ file }) => unused.has(file))].filter(
    ({ state, progress, invalidIndexes }) => state === 'failed' && progress === null && invalidIndexes.length === 0,
  );
}

/** The change that removing such a row makes. */
export function removalAction({ file }: HistoryRow): RepairAction {
  return { kind: 'remove', file, recordedAs: file, from: 'failed', to: 'removed' };
}

/** The change that repairing a migration makes. */
export function repairAction({ state, file, row, migration }: RunnableStatus): RepairAction {
  return {
    kind: state === 'renamed' ? 'name' : 'checksum',
    file,
    recordedAs: row?.file ?? file,
    from: row?.checksum ?? null,
    to: migration.checksum,
  };
}
