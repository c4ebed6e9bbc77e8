import { HistoryTableError } from '../../core/errors/errors.js';
import { FOREIGN_HISTORIES, type ForeignMigration, type ForeignTool } from '../../core/tools/foreign-tools.js';
import { matchForeign } from '../../core/tools/match-foreign.js';
import { isApplied } from '../../core/status/status.js';
import { parseTableName } from '../../core/target/table.js';
import type { Dependencies } from '../run/dependencies.js';
import { underLock } from './locked.js';
import { withSession } from '../run/with-session.js';

export interface ImportOptions {
  /**
   * The other tool's table, when it is not where that tool keeps it by itself: `schema.table`, or `table` in the schema
   * `public`.
   */
  readonly table?: string;
}

/** What an import did. */
export interface ImportReport {
  /** Recorded as applied now. */
  readonly recorded: readonly string[];
  /** Recorded as applied before. */
  readonly alreadyRecorded: readonly string[];
  /** Applied by the other tool, and no file, or more than one, could be found for it. */
  readonly unmatched: readonly string[];
}

/**
 * Takes over the history of another tool: what it has applied is recorded here as applied, with its time where it has
 * one. Nothing is run, and its table is left as it is.
 *
 * @throws HistoryTableError when its table cannot be found or read.
 */
export async function importFrom(
  dependencies: Dependencies,
  lockTimeoutMs: number,
  tool: ForeignTool,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const applied = await readApplied(dependencies, tool, options.table); // a wrong name must not create our table
  return underLock(dependencies, lockTimeoutMs, async ({ session, files, statuses }) => {
    const { matched, unmatched } = matchForeign(files, applied);
    const done = new Set(statuses.filter(({ state }) => isApplied(state)).map(({ file }) => file));
    const fresh = matched.filter(({ migration }) => !done.has(migration.file));
    await session.record(
      fresh.map(({ migration, appliedAt }) => ({
        migration,
        origin: 'import' as const,
        ...(appliedAt && { executedAt: appliedAt }),
      })),
    );
    return {
      recorded: fresh.map(({ migration }) => migration.file),
      alreadyRecorded: matched.map(({ migration }) => migration.file).filter((file) => done.has(file)),
      unmatched,
    };
  });
}

/** What the other tool has applied. @throws HistoryTableError */
async function readApplied(
  { database }: Dependencies,
  tool: ForeignTool,
  table: string | undefined,
): Promise<readonly ForeignMigration[]> {
  const history = FOREIGN_HISTORIES[tool];
  const name = table === undefined ? undefined : parseTableName(table, 'public');
  const rows = await withSession(database, (session) => session.readForeign(tool, name));
  const applied = history.applied(rows);
  if (!('problem' in applied)) return applied;
  throw new HistoryTableError(table ?? history.table, `Nothing was taken over: ${applied.problem}.`);
}
