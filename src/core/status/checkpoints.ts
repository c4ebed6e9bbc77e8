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
  /** The checkpoint at which the database will start, and why it cannot. It precedes all other files. */
  readonly start: { readonly checkpoint: CheckpointFile; readonly problem: FileProblem | undefined } | undefined;
  /** Pending migrations whose files are gone because a checkpoint replaces them, with the name of the checkpoint. */
  readonly lost: readonly { readonly order: MigrationOrder; readonly checkpoint: string }[];
}

/**
 * Decides which checkpoint matters to a database. One without any applied migration starts at the newest checkpoint
 * instead of the files that it replaces. Every other database ignores the checkpoints at which it did not start.
 */
export function findRelevant(set: MigrationSet, { rows, untracked = false }: History): Relevant {
  const { migrations, checkpoints } = set;
  const newest = checkpoints.at(-1);
  if (untracked || (!newest && !rows.some(isRecordedWithCheckpoint)))
    return { migrations, rows, start: undefined, lost: NONE };
  if (newest && !rows.some(hasEffect)) return startingAt(newest, set, rows);
  return started(set, rows);
}

const NONE: readonly never[] = [];

function isRecordedWithCheckpoint({ origin }: HistoryRow): boolean {
  return origin === 'checkpoint';
}

/** Rows of failed attempts that left nothing behind are replaced together with the files. */
function startingAt(checkpoint: CheckpointFile, set: MigrationSet, rows: readonly HistoryRow[]): Relevant {
  const replaced = new Set(checkpoint.checkpoint.replaces.map(({ file }) => file));
  const others = new Set(set.checkpoints.map(({ file }) => file).filter((file) => file !== checkpoint.file));
  return {
    migrations: set.migrations.filter(({ file }) => !replaced.has(file)),
    rows: rows.filter(({ file }) => !replaced.has(file) && !others.has(file)),
    start: { checkpoint, problem: checkpointProblem(checkpoint.checkpoint, set.migrations) },
    lost: NONE,
  };
}

/** A database that has applied something. */
function started(set: MigrationSet, rows: readonly HistoryRow[]): Relevant {
  const { migrations, checkpoints, gone } = set;
  const applied = new Map(rows.flatMap((row) => (row.state === 'applied' ? [[row.file, row] as const] : [])));
  const checksums = new Set([...applied.values()].map(({ checksum }) => checksum));
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
  const lost = [...gone.values()].filter(({ file, checksum }) => !applied.has(file) && !checksums.has(checksum));
  return {
    migrations: used.length === 0 ? migrations : [...migrations, ...used].toSorted(inOrder),
    rows: rows.filter((row) => !isIrrelevant(row)),
    start: undefined,
    lost: lost.map(({ file }) => ({ order: migrationOrder(file), checkpoint: replacing(checkpoints, file) })),
  };
}

function inOrder(a: Migration, b: Migration): number {
  return compareMigrations(a.order, b.order);
}

function replacing(checkpoints: readonly CheckpointFile[], file: string): string {
  const found = checkpoints.findLast(({ checkpoint }) => checkpoint.replaces.some((each) => each.file === file));
  return found?.file ?? '';
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

/**
 * A set for a run that applies nothing after a migration: without the checkpoints that include later ones.
 *
 * @throws UnknownMigrationError
 */
export function startingBy(set: MigrationSet, to: string | undefined): MigrationSet {
  const { location, migrations, checkpoints, unusable } = set;
  if (to === undefined || checkpoints.length === 0) return set;
  const last = migrations[lastUpTo(set, to)]?.order;
  const fits = ({ checkpoint }: CheckpointFile): boolean =>
    last !== undefined && compareMigrations(migrationOrder(checkpoint.last), last) <= 0;
  return new MigrationSet(location, [...migrations, ...checkpoints.filter(fits)], unusable);
}
