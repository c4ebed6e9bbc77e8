import { canonicalChecksum } from '../migration/checksum.js';
import type { History, HistoryRow } from './history.js';
import type { MigrationFile } from '../migration/migration-file.js';
import { canonicalSql } from '../sql/text/canonical.js';
import { compareMigrations, migrationOrder, type MigrationOrder } from '../migration/version.js';

/**
 * What a migration is in, once files and history are joined. Each with its cause and its remedy:
 *
 * - `pending`: on disk, not recorded. The next run applies it.
 * - `out-of-order`: pending, and it sorts before the newest applied one (a branch merged late). The next run applies
 *   it, or refuses to, as the option `outOfOrder` says.
 * - `failed`: recorded with an error. Correct the file; the next run tries it again.
 * - `running`: begun and not finished: a run is under way, or died in a file that cannot run in a transaction.
 * - `applied`: recorded as successfully executed, and the file is as it was.
 * - `unverified`: applied, recorded without a checksum. The next run adopts the file's.
 * - `cosmetic`: applied, and only comments or whitespace of the file changed since. `repair` adopts it.
 * - `changed`: applied, and the file is another now. Restore it, or `repair` when the change is meant.
 * - `renamed`: applied under another name; the content is the same. It never runs again. `repair` records the new name.
 * - `missing`: applied, its file is gone, and newer files are here. Restore it.
 * - `ahead`: applied, and it sorts after every file here: a newer release ran already, or the newest file was deleted.
 * - `ambiguous`: pending, with the content of a migration that is missing, and several could be meant. The run stops.
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
  | 'ambiguous';

/** One migration, joined from disk and history. */
export interface MigrationStatus {
  readonly file: string;
  readonly state: MigrationState;
  /** False for rows whose file is not in this release's directory. */
  readonly onDisk: boolean;
  readonly row: HistoryRow | undefined;
  /** Checksum of the file on disk. */
  readonly checksum: string | undefined;
  /** Name under which a renamed migration is recorded. */
  readonly recordedAs: string | undefined;
  /** Of an ambiguous one: the recorded names that could be meant. */
  readonly candidates: readonly string[];
}

/** States in which the next run has something to execute. */
export function isToRun(state: MigrationState): boolean {
  return state === 'pending' || state === 'out-of-order' || state === 'failed' || state === 'running';
}

/** States that count as applied in this database. */
export function isApplied(state: MigrationState): boolean {
  return !isToRun(state) && state !== 'ambiguous';
}

interface Entry {
  readonly order: MigrationOrder;
  readonly file: MigrationFile | undefined;
  readonly row: HistoryRow | undefined;
}

/** Joins the files on disk with the history into one list in migration order. */
export function joinStatuses(files: readonly MigrationFile[], history: History): MigrationStatus[] {
  const entries = joinByName(files, history);
  const renames = findRenames(entries);
  const newestFile = entries.findLast((entry) => entry.file)?.order;
  const newestApplied = entries.findLast((entry) => entry.row?.state === 'applied')?.order;

  return entries
    .filter(({ file, order }) => file || !renames.oldNames.has(order.file))
    .map((entry) => {
      const name = entry.order.file;
      const renamedFrom = renames.of.get(name);
      const candidates = renames.ambiguous.get(name);
      return {
        file: name,
        state: renamedFrom ? 'renamed' : candidates ? 'ambiguous' : stateOf(entry, newestFile, newestApplied),
        onDisk: entry.file !== undefined,
        row: entry.row ?? renamedFrom,
        checksum: entry.file?.checksum,
        recordedAs: renamedFrom?.file,
        candidates: candidates?.map((row) => row.file) ?? [],
      };
    });
}

function joinByName(files: readonly MigrationFile[], history: History): Entry[] {
  const rows = new Map(history.rows.map((row) => [row.file, row]));
  const onDisk = new Set(files.map((file) => file.file));
  return [
    ...files.map((file) => ({ order: migrationOrder(file.file), file, row: rows.get(file.file) })),
    ...history.rows
      .filter((row) => !onDisk.has(row.file))
      .map((row) => ({ order: migrationOrder(row.file), file: undefined, row })),
  ].toSorted((a, b) => compareMigrations(a.order, b.order));
}

function stateOf(
  { order, file, row }: Entry,
  newestFile: MigrationOrder | undefined,
  newestApplied: MigrationOrder | undefined,
): MigrationState {
  if (row && row.state !== 'applied') return row.state;
  if (!file) return newestFile && compareMigrations(order, newestFile) < 0 ? 'missing' : 'ahead';
  if (row) return comparedState(file, row);
  return newestApplied && compareMigrations(order, newestApplied) < 0 ? 'out-of-order' : 'pending';
}

function comparedState(file: MigrationFile, row: HistoryRow): MigrationState {
  if (row.checksum === null) return 'unverified';
  if (row.checksum === file.checksum) return 'applied';
  return row.canonicalChecksum === canonicalChecksum(file.text) ? 'cosmetic' : 'changed';
}

interface Renames {
  /** File that is not recorded → the row that recorded the same content under another name. */
  readonly of: ReadonlyMap<string, HistoryRow>;
  /** File that is not recorded → the rows that could be meant, when it is not one row and one file. */
  readonly ambiguous: ReadonlyMap<string, readonly HistoryRow[]>;
  /** Recorded names that are shown under their new name. */
  readonly oldNames: ReadonlySet<string>;
}

/**
 * A rename is an applied row without a file and an unrecorded file with the same checksum, one of each. Rows that sort
 * after every file count too: when the newest file was renamed backwards, running it again would be just as wrong.
 * Files without any statement prove nothing and are left out.
 */
function findRenames(entries: readonly Entry[]): Renames {
  const rowsWithoutFile = groupBy(
    entries.flatMap(({ file, row }) => (!file && row?.state === 'applied' && row.checksum ? [row] : [])),
    (row) => row.checksum as string,
  );
  const filesWithoutRow = groupBy(
    entries.flatMap(({ file, row }) =>
      file && !row && rowsWithoutFile.has(file.checksum) && canonicalSql(file.text) ? [file] : [],
    ),
    (file) => file.checksum,
  );
  const of = new Map<string, HistoryRow>();
  const ambiguous = new Map<string, readonly HistoryRow[]>();
  for (const [checksum, files] of filesWithoutRow) {
    const rows = rowsWithoutFile.get(checksum) ?? [];
    const [row] = rows;
    const [file] = files;
    if (row && file && rows.length === 1 && files.length === 1) of.set(file.file, row);
    else for (const { file: name } of files) ambiguous.set(name, rows);
  }
  return { of, ambiguous, oldNames: new Set([...of.values()].map((row) => row.file)) };
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
