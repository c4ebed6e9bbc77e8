import { RefusedError, UnknownMigrationError } from '../../core/errors/input-errors.js';
import type { Migration } from '../../core/migration/migration.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { HistoryChange } from '../../core/ports/ports.js';
import { doubtOf } from '../../core/status/findings.js';
import { lastUpTo } from '../../core/status/last-up-to.js';
import { isApplied, type MigrationStatus } from '../../core/status/status.js';
import type { MigratorParts } from '../run/parts.js';
import { changeHistory, type ChangeOptions } from './change-history.js';

/** Records all migrations up to a version without running them. @throws UnknownMigrationError, RefusedError */
export function baseline(parts: MigratorParts, version: string, options: ChangeOptions): Promise<string[]> {
  return recordAs('baseline', parts, options, (set) => set.migrations.slice(0, lastUpTo(set, version) + 1));
}

/** Records one migration without running it. @throws UnknownMigrationError, RefusedError */
export function mark(parts: MigratorParts, file: string, options: ChangeOptions): Promise<string[]> {
  return recordAs('mark', parts, options, ({ migrations, location }) => {
    const found = migrations.filter((migration) => migration.file === file);
    if (found.length === 0) throw new UnknownMigrationError(`There is no migration ${file} in ${location}.`);
    return found;
  });
}

type Recording = Extract<HistoryChange, { readonly kind: 'record' }>;

function recordAs(
  origin: 'baseline' | 'mark',
  parts: MigratorParts,
  options: ChangeOptions,
  choose: (set: MigrationSet) => readonly Migration[],
): Promise<string[]> {
  return changeHistory(parts, options, ({ set, statuses }) => {
    const done = new Set(statuses.filter(({ state }) => isApplied(state)).map(({ file }) => file));
    const todo = choose(set).filter(({ file }) => !done.has(file));
    const files = todo.map(({ file }) => file);
    return {
      changes: recordings(
        todo.map((migration) => ({ kind: 'record', migration, origin })),
        statuses,
      ),
      note: { action: origin, files },
      result: files,
    };
  });
}

/** Recordings with the rows that they replace. @throws RefusedError if a step of one is in doubt. */
export function recordings(records: readonly Recording[], statuses: readonly MigrationStatus[]): HistoryChange[] {
  const rows = new Map(statuses.map(({ file, row }) => [file, row]));
  const changes = records.map((each) => ({ ...each, row: rows.get(each.migration.file) }));
  const doubts = changes.flatMap(({ row }) => doubtOf(row));
  if (doubts.length > 0) throw new RefusedError(doubts);
  return changes;
}
