import { RefusedError, UnknownMigrationError } from '../../core/errors/input-errors.js';
import type { Origin } from '../../core/history/history.js';
import type { CoveredFile } from '../../core/history/covered-file.js';
import type { ReplacedFile } from '../../core/migration/checkpoint.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import { migrationOrder } from '../../core/migration/version.js';
import type { HistoryChange } from '../../core/ports/ports.js';
import { doubtOf } from '../../core/status/findings.js';
import { lastUpTo } from '../../core/status/last-up-to.js';
import { isApplied, type MigrationStatus } from '../../core/status/status.js';
import type { MigratorParts } from '../run/parts.js';
import { changeHistory, type Basis, type ChangeOptions, type Decision } from './change-history.js';

/**
 * Records all migrations up to a version without running them, including those whose files are gone because
 * a checkpoint replaces them.
 *
 * @throws UnknownMigrationError, RefusedError
 */
export function baseline(parts: MigratorParts, version: string, options: ChangeOptions): Promise<string[]> {
  return changeHistory(parts, options, (known) => baselineUpTo(version, known));
}

function baselineUpTo(version: string, { set, statuses }: Basis): Decision<string[]> {
  const present = new Map(set.migrations.map((migration) => [migration.file, migration]));
  const upTo = namesUpTo(set, version);
  const done = new Set(statuses.filter(({ state }) => isApplied(state)).map(({ file }) => file));
  const todo = upTo.flatMap((file) => (done.has(file) ? [] : (present.get(file) ?? [])));
  const gone = unrecordedGone(set, statuses);
  const covered = upTo.flatMap((file) => gone.get(file) ?? []);
  const recorded = new Set([...todo, ...covered].map(({ file }) => file));
  const files = upTo.filter((file) => recorded.has(file));
  const changes = recordings(
    todo.map((migration) => ({ kind: 'record', migration, origin: 'baseline' })),
    statuses,
  );
  return {
    changes: [...coverings(covered, 'baseline'), ...changes],
    note: { action: 'baseline', files },
    result: files,
  };
}

/** The names of all migrations up to a version or file, in order. A checkpoint counts as the last one that it replaces. */
function namesUpTo({ histories: [all = []], checkpoints }: MigrationSet, version: string): readonly string[] {
  const checkpoint = checkpoints.find(({ file }) => file === version);
  const migrations = all.map(({ file }) => ({ file, order: migrationOrder(file) }));
  const last = lastUpTo({ migrations }, checkpoint?.checkpoint.last ?? version);
  return migrations.slice(0, last + 1).map(({ file }) => file);
}

/** Migrations that a checkpoint replaces, whose files are gone and which are not recorded, by name. */
export function unrecordedGone(
  { gone }: MigrationSet,
  statuses: readonly MigrationStatus[],
): ReadonlyMap<string, ReplacedFile> {
  const open = statuses.flatMap(({ file, covers }) => covers?.map((each) => each.file) ?? [file]);
  return new Map(open.flatMap((file) => gone.get(file) ?? []).map((each) => [each.file, each]));
}

/** Records migrations whose files are gone. */
export function coverings(gone: readonly ReplacedFile[], origin: Origin): readonly HistoryChange[] {
  const files = gone.map(({ file, checksum }): CoveredFile => ({ file, checksum, canonicalChecksum: null }));
  return files.length === 0 ? [] : [{ kind: 'cover', files, origin }];
}

/**
 * Records one migration without running it, also one whose file is gone because a checkpoint replaces it. For a checkpoint,
 * it records the migrations for which it stands.
 *
 * @throws UnknownMigrationError, RefusedError
 */
export function mark(parts: MigratorParts, file: string, options: ChangeOptions): Promise<string[]> {
  return changeHistory(parts, options, (known) => {
    const { set, statuses } = known;
    if (set.checkpoints.some((each) => each.file === file)) return baselineUpTo(file, known);
    const migration = set.migrations.find((each) => each.file === file);
    if (!migration && !set.gone.has(file))
      throw new UnknownMigrationError(`There is no migration ${file} in ${set.location}.`);
    const isDone = statuses.some((each) => each.file === file && isApplied(each.state));
    const todo: readonly Recording[] = migration && !isDone ? [{ kind: 'record', migration, origin: 'mark' }] : [];
    const gone = [unrecordedGone(set, statuses).get(file) ?? []].flat();
    const files = [...todo, ...gone].map(() => file);
    return {
      changes: [...coverings(gone, 'mark'), ...recordings(todo, statuses)],
      note: { action: 'mark', files },
      result: files,
    };
  });
}

type Recording = Extract<HistoryChange, { readonly kind: 'record' }>;

/** Recordings with the rows that they replace. @throws RefusedError if a step of one is in doubt. */
export function recordings(records: readonly Recording[], statuses: readonly MigrationStatus[]): HistoryChange[] {
  const rows = new Map(statuses.map(({ file, row }) => [file, row]));
  const changes = records.map((each) => ({ ...each, row: rows.get(each.migration.file) }));
  const doubts = changes.flatMap(({ row }) => doubtOf(row));
  if (doubts.length > 0) throw new RefusedError(doubts);
  return changes;
}
