import type { CoveredFile } from '../history/covered-file.js';
import type { History, HistoryRow } from '../history/history.js';
import { checkpointProblem } from '../migration/checkpoint.js';
import { MigrationSet, type CheckpointFile } from '../migration/migration-set.js';
import type { Migration } from '../migration/migration.js';
import { compareMigrations, migrationOrder, type MigrationOrder } from '../migration/version.js';
import type { FileProblem } from '../problems/file-problem.js';
import { lastUpTo } from './last-up-to.js';
import { hasEffect } from './renames.js';

/** The files and rows that matter to one database, once it is known where it started. */
export interface Relevant {
  readonly migrations: readonly Migration[];
  readonly rows: readonly HistoryRow[];
  /** The checkpoint at which the database will start, and why it cannot, if so. It precedes all other files. */
  readonly start: { readonly checkpoint: CheckpointFile; readonly problem: FileProblem | undefined } | undefined;
  /** Pending migrations whose files are gone because a checkpoint replaces them, with the name of the checkpoint. */
  readonly lost: readonly LostFile[];
}

/** A pending migration without a file. */
export interface LostFile {
  readonly order: MigrationOrder;
  readonly problem: FileProblem;
}

/**
 * Decides which checkpoint matters to a database. One without any applied migration starts at the newest checkpoint
 * instead of the files that it replaces. Every other database ignores the checkpoints at which it did not start.
 */
export function findRelevant(set: MigrationSet, { rows, untracked = false }: History): Relevant {
  const { migrations, checkpoints } = set;
  if (untracked || (checkpoints.length === 0 && !rows.some(isRecordedWithCheckpoint)))
    return { migrations, rows, start: undefined, lost: NONE };
  if (rows.some(hasEffect)) return started(set, rows);
  return starting(set, rows);
}

const NONE: readonly never[] = [];

function isRecordedWithCheckpoint({ origin }: HistoryRow): boolean {
  return origin === 'checkpoint';
}

/**
 * A database that starts at the newest checkpoint that the run may apply as a whole. Rows of failed attempts that left
 * nothing behind are replaced together with the files.
 */
function starting(set: MigrationSet, rows: readonly HistoryRow[]): Relevant {
  const checkpoint = set.checkpoints.findLast((each) => isWithin(set, each.checkpoint.last));
  const replaced = new Set(checkpoint?.checkpoint.replaces.map(({ file }) => file));
  const others = new Set(set.checkpoints.map(({ file }) => file).filter((file) => file !== checkpoint?.file));
  const lost = [...set.gone.keys()].filter((file) => !replaced.has(file) && isWithin(set, file));
  return {
    migrations: set.migrations.filter(({ file }) => !replaced.has(file)),
    rows: rows.filter(({ file }) => !replaced.has(file) && !others.has(file)),
    start: checkpoint && { checkpoint, problem: checkpointProblem(checkpoint.checkpoint, set.migrations) },
    lost: lost.map((file) => lostFile(set, file, 'replaced-beyond-limit')),
  };
}

function lostFile(
  { checkpoints }: MigrationSet,
  file: string,
  reason: 'replaced-file' | 'replaced-beyond-limit',
): LostFile {
  const found = checkpoints.findLast(({ checkpoint }) => checkpoint.replaces.some((each) => each.file === file));
  return { order: migrationOrder(file), problem: { reason, value: found?.file ?? '' } };
}

/** A database that has applied something. */
function started(set: MigrationSet, rows: readonly HistoryRow[]): Relevant {
  const { migrations, checkpoints, gone } = set;
  const applied = new Map(rows.flatMap((row) => (row.state === 'applied' ? [[row.file, row] as const] : [])));
  const used = checkpoints.filter(({ file }) => applied.has(file));
  const unused = new Set(checkpoints.map(({ file }) => file).filter((file) => !applied.has(file)));
  const superseded = new Set(checkpoints.flatMap(({ checkpoint }) => checkpoint.supersedes));
  const onDisk = new Set([...migrations, ...used].map(({ file }) => file));
  const contents = new Set(migrations.map(({ checksum }) => checksum));
  const goneContents = new Set([...gone.values()].map(({ checksum }) => checksum));
  const isReplaced = (row: HistoryRow): boolean =>
    isRecordedWithCheckpoint(row) ||
    gone.has(row.file) ||
    superseded.has(row.file) ||
    (row.checksum !== null && goneContents.has(row.checksum) && !contents.has(row.checksum)); // renamed before
  const isIrrelevant = (row: HistoryRow): boolean =>
    unused.has(row.file) || (row.state === 'applied' && !onDisk.has(row.file) && isReplaced(row));
  // Content counts only under a name that no file has or had: two migrations may have the same.
  const renamed = [...applied.values()].filter(({ file }) => !onDisk.has(file) && !gone.has(file));
  const contentsLeft = renamed.map(({ checksum }) => checksum);
  const isRenamed = ({ checksum }: { readonly checksum: string }): boolean => {
    const at = contentsLeft.indexOf(checksum);
    return at >= 0 && contentsLeft.splice(at, 1).length > 0;
  };
  const lost = [...gone.values()].filter((each) => !applied.has(each.file) && !isRenamed(each));
  return {
    migrations: used.length === 0 ? migrations : [...migrations, ...used].toSorted(inOrder),
    rows: rows.filter((row) => !isIrrelevant(row)),
    start: undefined,
    lost: lost.map(({ file }) => lostFile(set, file, 'replaced-file')),
  };
}

function inOrder(a: Migration, b: Migration): number {
  return compareMigrations(a.order, b.order);
}

/** The migrations that are recorded together with a checkpoint, as they are on disk. */
export function coveredBy({ checkpoint }: CheckpointFile, { migrations }: MigrationSet): readonly CoveredFile[] {
  const present = new Map(migrations.map((migration) => [migration.file, migration]));
  return checkpoint.replaces.map(({ file, checksum }) => ({
    file,
    checksum,
    canonicalChecksum: present.get(file)?.canonicalChecksum ?? null,
  }));
}

/** A set for a run that applies nothing after a migration. @throws UnknownMigrationError */
export function startingBy(set: MigrationSet, to: string | undefined): MigrationSet {
  const { location, migrations, checkpoints, unusable } = set;
  if (to === undefined || checkpoints.length === 0) return set;
  return new MigrationSet(location, [...migrations, ...checkpoints], unusable, migrations[lastUpTo(set, to)]?.order);
}

function isWithin({ end }: MigrationSet, file: string): boolean {
  return end === undefined || compareMigrations(migrationOrder(file), end) <= 0;
}
