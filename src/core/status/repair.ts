import type { RunnableStatus } from './plan.js';
import type { MigrationState, MigrationStatus } from './status.js';

/** One change that a repair makes to the history. */
export interface RepairAction {
  /** What changes: the recorded checksum or name, or the progress of an unfinished migration. */
  readonly kind: 'checksum' | 'name' | 'restart' | 'resume';
  readonly file: string;
  /** The name in the history before the change. */
  readonly recordedAs: string;
  /** The recorded checksum and that of the file; for `restart` and `resume`, the progress before and after. */
  readonly from: string | null;
  readonly to: string;
}

const REPAIRED: ReadonlySet<MigrationState> = new Set(['renamed', 'changed', 'cosmetic', 'unverified']);

/** The migrations whose recorded checksum or name does not match their file. */
export function findRepairable(statuses: readonly MigrationStatus[]): RunnableStatus[] {
  return statuses.filter(
    (status): status is RunnableStatus => status.migration !== undefined && REPAIRED.has(status.state),
  );
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
