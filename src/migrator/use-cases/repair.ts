import { UnknownMigrationError } from '../../core/errors/input-errors.js';
import { stepInDoubt, type HistoryRow } from '../../core/history/history.js';
import type { RunnableStatus } from '../../core/status/plan.js';
import { findRepairable, repairAction, type RepairAction } from '../../core/status/repair.js';
import type { MigratorParts } from '../run/parts.js';
import { changeHistory, type Basis, type ChangeOptions, type Decision } from './change-history.js';

/** Options of `repair()`. */
export interface RepairOptions extends ChangeOptions {
  /**
   * A migration that stopped between two steps: its finished steps are forgotten, and the next run starts it from the
   * beginning. First undo by hand what they did. Nothing else is repaired.
   * @default none: recorded checksums and names are updated
   */
  readonly restart?: string;
}

/** Records the current names and checksums, or lets a migration start over. @throws UnknownMigrationError */
export async function repair(
  parts: MigratorParts,
  { restart, ...options }: RepairOptions = {},
): Promise<RepairAction[]> {
  if (restart !== undefined) return restartMigration(parts, restart, options);
  return changeHistory(parts, options, ({ statuses }) => adoption('repair', findRepairable(statuses)));
}

/** Options of `accept()`. */
export interface AcceptOptions extends ChangeOptions {
  /** The only file whose drift is accepted. @default every file whose checksum or name differs */
  readonly file?: string;
}

/** Records the current name and checksum of one file, or of all. @throws UnknownMigrationError */
export async function accept(parts: MigratorParts, { file, ...options }: AcceptOptions = {}): Promise<RepairAction[]> {
  return changeHistory(parts, options, ({ statuses }) => {
    const chosen = findRepairable(statuses).filter((each) => file === undefined || each.file === file);
    if (file !== undefined && chosen.length === 0)
      throw new UnknownMigrationError(
        `There is nothing to accept for ${file}: its name and checksum match the history.`,
      );
    return adoption('accept', chosen);
  });
}

/** Records the current names and checksums of the files. */
function adoption(action: 'repair' | 'accept', statuses: readonly RunnableStatus[]): Decision<RepairAction[]> {
  const actions = statuses.map(repairAction);
  return {
    changes: statuses.map(({ file, row, migration }) => ({
      kind: 'adopt',
      recordedAs: row?.file ?? file,
      migration,
    })),
    note: { action, files: actions.map(({ file }) => file), details: { changes: actions } },
    result: actions,
  };
}

async function restartMigration(parts: MigratorParts, file: string, options: ChangeOptions): Promise<RepairAction[]> {
  const find = ({ statuses }: Pick<Basis, 'statuses'>): { action: RepairAction; row: HistoryRow } => {
    const status = statuses.find((each) => each.file === file || each.row?.file === file);
    const { row } = status ?? {};
    if (!row || row.state === 'applied' || !row.progress)
      throw new UnknownMigrationError(`${file} is not a migration that stopped between two steps.`);
    const { done, total } = row.progress;
    const [from, to] = [`${done} of ${total} steps`, `0 of ${total} steps`];
    return { action: { kind: 'restart', file, recordedAs: row.file, from, to }, row };
  };
  return changeHistory(parts, options, (known) => {
    const { action, row } = find(known);
    const statement = stepInDoubt(row)?.statement;
    return {
      changes: [{ kind: 'restart', file: row.file, statement }],
      note: { action: 'repair', files: [action.file], details: { changes: [action] } },
      result: [action],
    };
  });
}
