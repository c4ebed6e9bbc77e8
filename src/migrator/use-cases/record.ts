import { RefusedError, UnknownMigrationError } from '../../core/errors/input-errors.js';
import type { CoveredFile } from '../../core/history/covered-file.js';
import type { ReplacedFile } from '../../core/migration/checkpoint.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import { migrationOrder } from '../../core/migration/version.js';
import type { HistoryChange } from '../../core/ports/ports.js';
import { doubtOf } from '../../core/status/findings.js';
import { lastUpTo } from '../../core/status/last-up-to.js';
import { isApplied, type MigrationStatus } from '../../core/status/status.js';
import type { MigratorParts } from '../run/parts.js';
import { changeHistory, type ChangeOptions } from './change-history.js';

/**
 * Records all migrations up to a version without running them, including those whose files are gone because
 * a checkpoint replaces them.
 *
 * @throws UnknownMigrationError, RefusedError
 */
export function baseline(parts: MigratorParts, version: string, options: ChangeOptions): Promise<string[]> {
  return changeHistory(parts, options, ({ set, statuses }) => {
    const present = new Map(set.migrations.map((migration) => [migration.file, migration]));
    const upTo = namesUpTo(set, version);
    const done = new Set(statuses.filter(({ state }) => isApplied(state)).map(({ file }) => file));
    const todo = upTo.flatMap((file) => (done.has(file) ? [] : (present.get(file) ?? [])));
    const unrecorded = new Set(statuses.flatMap(({ file, covers }) => covers?.map((each) => each.file) ?? [file]));
    const covered = upTo.flatMap((file) => (unrecorded.has(file) ? (set.gone.get(file) ?? []) : []));
    const files = upTo.filter(
      (file) => todo.some((each) => each.file === file) || covered.some((each) => each.file === file),
    );
    const changes = recordings(
      todo.map((migration) => ({ kind: 'record', migration, origin: 'baseline' })),
      statuses,
    );
    return {
      changes:
        covered.length === 0
          ? changes
          : [{ kind: 'cover', files: covered.map(asCovered), origin: 'baseline' }, ...changes],
      note: { action: 'baseline', files },
      result: files,
    };
  });
}

/** The names of all migrations up to a version or file, in order. A checkpoint counts as the last one that it replaces. */
function namesUpTo({ histories: [all = []], checkpoints }: MigrationSet, version: string): readonly string[] {
  const checkpoint = checkpoints.find(({ file }) => file === version);
  const migrations = all.map(({ file }) => ({ file, order: migrationOrder(file) }));
  const last = lastUpTo({ migrations }, checkpoint?.checkpoint.last ?? version);
  return migrations.slice(0, last + 1).map(({ file }) => file);
}

function asCovered({ file, checksum }: ReplacedFile): CoveredFile {
  return { file, checksum, canonicalChecksum: null };
}

/** Records one migration without running it. @throws UnknownMigrationError, RefusedError */
export function mark(parts: MigratorParts, file: string, options: ChangeOptions): Promise<string[]> {
  return changeHistory(parts, options, ({ set: { migrations, location }, statuses }) => {
    const migration = migrations.find((each) => each.file === file);
    if (!migration) throw new UnknownMigrationError(`There is no migration ${file} in ${location}.`);
    const isDone = statuses.some((each) => each.file === file && isApplied(each.state));
    const todo: readonly Recording[] = isDone ? [] : [{ kind: 'record', migration, origin: 'mark' }];
    const files = todo.map(() => file);
    return { changes: recordings(todo, statuses), note: { action: 'mark', files }, result: files };
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
