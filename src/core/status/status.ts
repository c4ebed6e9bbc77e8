import type { FileProblem } from '../problems/file-problem.js';
import type { CoveredFile } from '../history/covered-file.js';
import type { History, HistoryRow } from '../history/history.js';
import { EMPTY_CHECKSUM, type Migration } from '../migration/migration.js';
import type { MigrationSet } from '../migration/migration-set.js';
import { compareMigrations, migrationOrder, type MigrationOrder } from '../migration/version.js';
import { coveredBy, findRelevant, type LostFile, type Relevant } from './checkpoints.js';
import { findRenames, type Renames } from './renames.js';

/**
 * A migration's state after joining files with history. Each with its cause and its remedy:
 *
 * - `pending`: on disk, not recorded; or recorded when it did not contain statements yet. The next run applies it.
 * - `out-of-order`: pending, and it sorts before the newest applied one (a branch merged late). The next run applies
 *   it, or is refused, depending on the option `policy.outOfOrder`.
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
 * - `unusable`: on disk, but not usable as a migration, for example because of its name or encoding; or pending, and its
 *   file was deleted because a checkpoint replaces it. Runs are refused.
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
  /** Why an unusable file cannot be used. */
  readonly problem: FileProblem | undefined;
  /** For a checkpoint at which this database starts: the migrations that it stands for. */
  readonly covers?: readonly CoveredFile[];
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

/** A file, a row, or both. */
interface Entry {
  readonly order: MigrationOrder;
  readonly migration: Migration | undefined;
  /** Why the file is unusable. */
  readonly problem: FileProblem | undefined;
  readonly row: HistoryRow | undefined;
}

/** What the state of an entry depends on besides itself. */
interface Surroundings {
  readonly renames: Renames;
  readonly newestFile: MigrationOrder | undefined;
  readonly newestApplied: MigrationOrder | undefined;
}

/** Joins the files on disk with the history into one list in migration order. */
export function joinStatuses(set: MigrationSet, history: History): MigrationStatus[] {
  const relevant = findRelevant(set, history);
  const joined = joinRelevant(set, relevant);
  const lost = relevant.lost.map(lostStatus);
  const all = lost.length === 0 ? joined : [...joined, ...lost].toSorted(byFile);
  return relevant.start ? [startStatus(set, relevant.start, history), ...all] : all;
}

function byFile(a: MigrationStatus, b: MigrationStatus): number {
  return compareMigrations(migrationOrder(a.file), migrationOrder(b.file));
}

const WITHOUT_ROW = { row: undefined, recordedAs: undefined, candidates: [] } as const;

/** Only its failed row is relevant: a row of any other state would mean that the database has started. */
function startStatus(
  set: MigrationSet,
  { checkpoint: migration, problem }: NonNullable<Relevant['start']>,
  { rows }: History,
): MigrationStatus {
  const { file } = migration;
  const row = rows.find((each) => each.file === file);
  const state = problem ? 'unusable' : (row?.state ?? 'pending');
  return { ...WITHOUT_ROW, file, state, onDisk: true, migration, row, problem, covers: coveredBy(migration, set) };
}

function lostStatus({ order: { file }, problem }: LostFile): MigrationStatus {
  return { ...WITHOUT_ROW, file, state: 'unusable', onDisk: false, migration: undefined, problem };
}

function joinRelevant(set: MigrationSet, { migrations, rows, start }: Relevant): MigrationStatus[] {
  const others = start ? rows.filter(({ file }) => file !== start.checkpoint.file) : rows;
  const entries = joinByName({ migrations, unusable: set.unusable }, others);
  const renames = renamesAmong(entries);
  const around: Surroundings = {
    renames,
    newestFile: entries.findLast(({ migration }) => migration)?.order,
    newestApplied: entries.findLast(({ row }) => row?.state === 'applied')?.order,
  };
  const oldNames = new Set([...renames.of.values()].map(({ file }) => file));
  const shown = oldNames.size === 0 ? entries : entries.filter((each) => each.migration || !oldNames.has(nameOf(each)));
  return shown.map((entry) => statusOf(entry, around));
}

function nameOf({ order }: Entry): string {
  return order.file;
}

function joinByName(
  { migrations, unusable }: Pick<MigrationSet, 'migrations' | 'unusable'>,
  rows: readonly HistoryRow[],
): Entry[] {
  const left = new Map<string, HistoryRow>();
  for (const row of rows) left.set(row.file, row);
  let recorded = 0;
  const entries = migrations.map((migration): Entry => {
    const row = left.get(migration.file);
    if (row) recorded++;
    return { order: migration.order, migration, problem: undefined, row };
  });
  if (recorded === left.size && unusable.length === 0) return entries; // sorted already
  for (const { file } of migrations) left.delete(file);
  for (const { file, problem } of unusable) {
    entries.push({ order: migrationOrder(file), migration: undefined, problem, row: left.get(file) });
    left.delete(file);
  }
  for (const row of left.values())
    entries.push({ order: migrationOrder(row.file), migration: undefined, problem: undefined, row });
  return entries.toSorted((a, b) => compareMigrations(a.order, b.order));
}

function renamesAmong(entries: readonly Entry[]): Renames {
  const rowsWithoutFile: HistoryRow[] = [];
  const unrecorded: Migration[] = [];
  for (const { migration, problem, row } of entries) {
    if (migration && !row) unrecorded.push(migration);
    if (!migration && problem === undefined && row) rowsWithoutFile.push(row);
  }
  return findRenames(rowsWithoutFile, unrecorded);
}

function statusOf(entry: Entry, around: Surroundings): MigrationStatus {
  const { migration, problem, order, row } = entry;
  const renamedFrom = migration && around.renames.of.get(migration);
  const candidates = migration && around.renames.ambiguous.get(migration);
  return {
    file: order.file,
    state: candidates ? 'ambiguous' : stateOf(entry, around, renamedFrom),
    onDisk: migration !== undefined || problem !== undefined,
    migration,
    row: row ?? renamedFrom,
    recordedAs: renamedFrom?.file,
    candidates: candidates ? candidates.map(({ file }) => file) : NO_CANDIDATES,
    problem,
  };
}

const NO_CANDIDATES: readonly string[] = [];

function stateOf(
  { order, migration, problem, row }: Entry,
  { newestFile, newestApplied }: Surroundings,
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
  if (migration.checkpoint) return 'applied'; // written again since: what matters is what it replaces
  if (row.checksum === migration.checksum) return 'applied';
  return row.canonicalChecksum === migration.canonicalChecksum ? 'cosmetic' : 'changed';
}
