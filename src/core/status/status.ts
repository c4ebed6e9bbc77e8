import type { History, HistoryRow } from '../history/history.js';
import { EMPTY_CHECKSUM, type Migration } from '../migration/migration.js';
import type { MigrationSet } from '../migration/migration-set.js';
import { compareMigrations, migrationOrder, type MigrationOrder } from '../migration/version.js';
import { findRenames } from './renames.js';

/**
 * A migration's state after joining files with history. Each with its cause and its remedy:
 *
 * - `pending`: on disk, not recorded; or recorded when it did not contain statements yet. The next run applies it.
 * - `out-of-order`: pending, and it sorts before the newest applied one (a branch merged late). The next run applies
 *   it, or refuses to, as the option `policy.outOfOrder` says.
 * - `failed`: recorded with an error. Correct the file; the next run tries it again.
 * - `running`: started but not finished: a run is in progress, or it died during a non-transactional migration.
 * - `applied`: recorded as successfully executed, and the file is unchanged.
 * - `unverified`: applied, but recorded without a checksum. The next run adopts the file's.
 * - `cosmetic`: applied, and only comments or whitespace of the file have changed since. `repair` adopts it.
 * - `changed`: applied, and the file has changed since. Restore it, or `repair` if the change is intended.
 * - `renamed`: applied under another name; the content is the same. It never runs again. `repair` records the new name.
 * - `missing`: applied, its file is gone, and newer files exist. Restore it, or `unmark` it if it was deleted on
 *   purpose.
 * - `ahead`: applied, has no file, and sorts after every file: a newer release has run already, or the newest file was
 *   deleted.
 * - `ambiguous`: pending, with the content of an applied migration whose file is gone, but there are several
 *   candidates. Runs are refused.
 * - `orphaned`: failed or unfinished, and its file is gone. Restore the file, or undo what it left and `unmark` it.
 * - `unusable`: on disk, but not usable as a migration, for example because of its name or encoding. Runs are refused.
 */
export type MigrationState =
  | 'pending'
  | 'out-of-order'
  | 'failed'
  | 'running'
  | 'applied'
  | 'unverified'
  | 'cosmetic'
  | 'changed'
  | 'renamed'
  | 'missing'
  | 'ahead'
  | 'ambiguous'
  | 'orphaned'
  | 'unusable';

/** One migration, joined from disk and history. */
export interface MigrationStatus {
  readonly file: string;
  readonly state: MigrationState;
  /** False for rows whose file is not in this release's directory. */
  readonly onDisk: boolean;
  /** The file; undefined when there is none, or when it is unusable. */
  readonly migration: Migration | undefined;
  /** Its row, possibly under another name. */
  readonly row: HistoryRow | undefined;
  /** The recorded name of a renamed migration. */
  readonly recordedAs: string | undefined;
  /** The recorded names that an ambiguous migration may match. */
  readonly candidates: readonly string[];
  /** Why an unusable file cannot be used, and what to do about it. */
  readonly problem: string | undefined;
}

/** True for states of migrations that the next run executes. */
export function needsRun(state: MigrationState): boolean {
  return state === 'pending' || state === 'out-of-order' || state === 'failed' || state === 'running';
}

const NOT_APPLIED: ReadonlySet<MigrationState> = new Set(['ambiguous', 'orphaned', 'unusable']);

/** True for states that count as applied in this database. */
export function isApplied(state: MigrationState): boolean {
  return !needsRun(state) && !NOT_APPLIED.has(state);
}

interface Entry {
  readonly order: MigrationOrder;
  readonly migration?: Migration;
  readonly problem?: string;
  readonly row?: HistoryRow | undefined;
}

/** Joins the files on disk with the history into one list in migration order. */
export function joinStatuses(set: MigrationSet, history: History): MigrationStatus[] {
  const entries = joinByName(set, history);
  const renames = findRenames(
    entries.flatMap(({ migration, problem, row }) => (!migration && problem === undefined && row ? [row] : [])),
    entries.flatMap(({ migration, row }) => (migration && !row ? [migration] : [])),
  );
  const oldNames = new Set([...renames.of.values()].map(({ file }) => file));
  const newestFile = entries.findLast(({ migration }) => migration)?.order;
  const newestApplied = entries.findLast(({ row }) => row?.state === 'applied')?.order;

  return entries
    .filter(({ migration, order }) => migration || !oldNames.has(order.file))
    .map((entry) => {
      const { migration, problem, order } = entry;
      const renamedFrom = migration && renames.of.get(migration);
      const candidates = migration && renames.ambiguous.get(migration);
      return {
        file: order.file,
        state: candidates ? 'ambiguous' : stateOf({ ...entry, newestFile, newestApplied }, renamedFrom),
        onDisk: migration !== undefined || problem !== undefined,
        migration,
        row: entry.row ?? renamedFrom,
        recordedAs: renamedFrom?.file,
        candidates: candidates?.map(({ file }) => file) ?? [],
        problem,
      };
    });
}

function joinByName({ migrations, unusable }: MigrationSet, { rows }: History): Entry[] {
  const byName = new Map(rows.map((row) => [row.file, row]));
  const take = (file: string): HistoryRow | undefined => {
    const row = byName.get(file);
    byName.delete(file);
    return row;
  };
  const onDisk: Entry[] = [
    ...migrations.map((migration) => ({ order: migration.order, migration, row: take(migration.file) })),
    ...unusable.map(({ file, problem }) => ({ order: migrationOrder(file), problem, row: take(file) })),
  ];
  if (byName.size === 0 && unusable.length === 0) return onDisk; // sorted already
  const others = [...byName.values()].map((row) => ({ order: migrationOrder(row.file), row }));
  return [...onDisk, ...others].toSorted((a, b) => compareMigrations(a.order, b.order));
}

interface PlacedEntry extends Entry {
  readonly newestFile: MigrationOrder | undefined;
  readonly newestApplied: MigrationOrder | undefined;
}

function stateOf(
  { order, migration, problem, row, newestFile, newestApplied }: PlacedEntry,
  renamedFrom: HistoryRow | undefined,
): MigrationState {
  if (problem !== undefined) return 'unusable';
  if (renamedFrom) return renamedFrom.state === 'applied' ? 'renamed' : renamedFrom.state;
  if (row && row.state !== 'applied') return migration ? row.state : 'orphaned';
  if (!migration) return newestFile && compareMigrations(order, newestFile) < 0 ? 'missing' : 'ahead';
  if (row && !wasEmpty(row, migration)) return comparedState(migration, row);
  return newestApplied && compareMigrations(order, newestApplied) < 0 ? 'out-of-order' : 'pending';
}

/** A file that was recorded without statements and has some now: none of them ever ran. */
function wasEmpty({ origin, canonicalChecksum }: HistoryRow, migration: Migration): boolean {
  return origin === 'migrate' && canonicalChecksum === EMPTY_CHECKSUM && migration.hasStatements;
}

function comparedState(migration: Migration, row: HistoryRow): MigrationState {
  if (row.checksum === null) return 'unverified';
  if (row.checksum === migration.checksum) return 'applied';
  return row.canonicalChecksum === migration.canonicalChecksum ? 'cosmetic' : 'changed';
}
