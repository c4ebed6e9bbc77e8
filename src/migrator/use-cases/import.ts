import { HistoryTableError } from '../../core/errors/database-errors.js';
import { ConfigurationError } from '../../core/errors/input-errors.js';
import { matchForeign } from '../../core/status/match-foreign.js';
import { isApplied } from '../../core/status/status.js';
import { parseTableName } from '../../core/target/table.js';
import { FOREIGN_HISTORIES } from '../../core/tools/foreign-tools.js';
import { FOREIGN_TOOLS, type ForeignTool } from '../../core/tools/names.js';
import type { ForeignMigration } from '../../core/tools/history.js';
import type { MigratorParts } from '../run/parts.js';
import { withInterruptibleSession } from '../run/with-session.js';
import { changeHistory, type ChangeOptions } from './change-history.js';
import { coverings, recordings, unrecordedGone } from './record.js';

/** Options of `importFrom()`. */
export interface ImportOptions extends ChangeOptions {
  /**
   * The other tool's table: `schema.table`, or `table` in the schema `public` or, for a tenant, in its schema.
   * @default the tool's own default, in the schema of the tenant if there is one
   */
  readonly table?: string;
}

/** The result of an import. */
export interface ImportReport {
  /** Files that were recorded as applied now. */
  readonly recorded: readonly string[];
  /** Files that had been recorded as applied before. */
  readonly alreadyRecorded: readonly string[];
  /** Migrations of the other tool with no matching file, or more than one. */
  readonly unmatched: readonly string[];
}

/** @throws ConfigurationError */
export function assertKnownTool(tool: ForeignTool): void {
  if (FOREIGN_TOOLS.includes(tool)) return;
  const given = JSON.stringify(tool);
  const detail = `unknown tool ${given}; expected one of ${FOREIGN_TOOLS.join(', ')}`;
  throw new ConfigurationError('INVALID_OPTIONS', [{ code: 'unknown-name', given, detail }]);
}

/** Records what another tool has applied. Runs nothing. @throws HistoryTableError, RefusedError */
export async function importFrom(
  parts: MigratorParts,
  tool: ForeignTool,
  { table, ...options }: ImportOptions = {},
): Promise<ImportReport> {
  const applied = await readApplied(parts, tool, table, options.signal); // a wrong name must not create our table
  return changeHistory(parts, options, ({ set, statuses }) => {
    const {
      histories: [all = []],
    } = set;
    const { matched, unmatched } = matchForeign(all, applied);
    const present = new Map(set.migrations.map((each) => [each.file, each]));
    const done = new Set(statuses.filter(({ state }) => isApplied(state)).map(({ file }) => file));
    const gone = unrecordedGone(set, statuses);
    const isFresh = (file: string): boolean => (present.has(file) ? !done.has(file) : gone.has(file));
    const fresh = matched.filter(({ migration }) => isFresh(migration.file));
    const covered = fresh.flatMap(({ migration: { file } }) => gone.get(file) ?? []);
    const todo = fresh.flatMap(({ migration: { file }, appliedAt }) => {
      const migration = present.get(file);
      return migration ? [{ migration, ...(appliedAt && { executedAt: appliedAt }) }] : [];
    });
    const recorded = fresh.map(({ migration: { file } }) => file);
    return {
      changes: [
        ...coverings(covered, 'import'),
        ...recordings(
          todo.map((each) => ({ ...each, kind: 'record', origin: 'import' })),
          statuses,
        ),
      ],
      note: { action: 'import', files: recorded, details: { tool } },
      result: {
        recorded,
        alreadyRecorded: matched.map(({ migration: { file } }) => file).filter((file) => !isFresh(file)),
        unmatched,
      },
    };
  });
}

async function readApplied(
  { database }: MigratorParts,
  tool: ForeignTool,
  table: string | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly ForeignMigration[]> {
  const history = FOREIGN_HISTORIES[tool];
  const schema = (database.target.tenant ?? database.target.ownSchema)?.schema;
  const byDefault = schema === undefined ? undefined : { schema, table: history.table };
  const name = table === undefined ? byDefault : parseTableName(table, schema ?? 'public');
  const rows = await withInterruptibleSession(database, ({ foreign }) => foreign.read(tool, name), signal);
  const applied = history.applied(rows);
  if (!('problem' in applied)) return applied;
  throw new HistoryTableError(table ?? history.table, `Nothing was imported: ${applied.problem}.`);
}
