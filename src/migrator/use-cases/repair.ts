import { continuationInFile } from '../../core/compile/schedule.js';
import { NOTHING_DONE } from '../../core/compile/step-checksums.js';
import { ConfigurationError, RefusedError, UnknownMigrationError } from '../../core/errors/input-errors.js';
import { stepInDoubt, type HistoryRow, type StepProgress } from '../../core/history/history.js';
import type { Migration } from '../../core/migration/migration.js';
import type { HistoryChange } from '../../core/ports/ports.js';
import { doubtOf } from '../../core/status/findings.js';
import type { RunnableStatus } from '../../core/status/plan.js';
import {
  findObsolete,
  findRepairable,
  removalAction,
  repairAction,
  type RepairAction,
} from '../../core/status/repair.js';
import type { MigratorParts } from '../run/parts.js';
import { changeHistory, type Basis, type ChangeOptions, type Decision } from './change-history.js';

/** Options of `repair()`. */
export interface RepairOptions extends ChangeOptions {
  /**
   * A migration that stopped between two steps: its finished steps are forgotten, and the next run starts it from the
   * beginning. First undo by hand what they did. Nothing else is repaired.
   * @default none: recorded checksums and names are updated, and the rows of failures that will not run again are removed
   */
  readonly restart?: string;
  /**
   * A migration that stopped between two steps and whose finished steps have been edited: the next run continues after
   * them. First make sure that they did what the file now says, and, with `dryRun`, that `next` is the statement to continue
   * with. Nothing else is repaired.
   * @default none
   */
  readonly resume?: string;
}

/**
 * Records the current names and checksums and removes obsolete failures, or lets a migration start over or continue.
 *
 * @throws UnknownMigrationError, RefusedError, ConfigurationError
 */
export async function repair(
  parts: MigratorParts,
  { restart, resume, ...options }: RepairOptions = {},
): Promise<RepairAction[]> {
  if (restart !== undefined && resume !== undefined)
    throw new ConfigurationError('INVALID_OPTIONS', [
      { option: 'resume', code: 'exclusive', others: [{ option: 'restart' }] },
    ]);
  if (restart !== undefined) return restartMigration(parts, restart, options);
  if (resume !== undefined) return resumeMigration(parts, resume, options);
  return changeHistory(parts, options, (known) =>
    adoption('repair', findRepairable(known.statuses), findObsolete(known)),
  );
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

/** Records the current names and checksums of the files, and removes rows. */
function adoption(
  action: 'repair' | 'accept',
  statuses: readonly RunnableStatus[],
  obsolete: readonly HistoryRow[] = [],
): Decision<RepairAction[]> {
  const actions = [...statuses.map(repairAction), ...obsolete.map(removalAction)];
  return {
    changes: [
      ...statuses.map(({ file, row, migration }): HistoryChange => ({
        kind: 'adopt',
        recordedAs: row?.file ?? file,
        migration,
      })),
      ...obsolete.map(({ file }): HistoryChange => ({ kind: 'remove', file })),
    ],
    note: { action, files: actions.map(({ file }) => file), details: { changes: actions } },
    result: actions,
  };
}

/** A migration that stopped between two steps. */
interface Stopped {
  readonly row: HistoryRow;
  readonly progress: StepProgress;
  /** Undefined if its file is gone. */
  readonly migration: Migration | undefined;
}

/** @throws UnknownMigrationError */
function stoppedIn({ statuses }: Basis, file: string): Stopped {
  const status = statuses.find((each) => each.file === file || each.row?.file === file);
  const { row, migration } = status ?? {};
  if (!row || row.state === 'applied' || !row.progress)
    throw new UnknownMigrationError(`${file} is not a migration that stopped between two steps.`);
  return { row, progress: row.progress, migration };
}

async function restartMigration(parts: MigratorParts, file: string, options: ChangeOptions): Promise<RepairAction[]> {
  return changeHistory(parts, options, (known) => {
    const { row, progress } = stoppedIn(known, file);
    const to = { done: 0, total: progress.total, doneChecksum: NOTHING_DONE, next: null };
    const statement = stepInDoubt(row)?.statement;
    return decided(
      { kind: 'restart', file: row.file, statement, progress: to },
      { kind: 'restart', file, recordedAs: row.file, from: inSteps(progress), to: inSteps(to) },
    );
  });
}

async function resumeMigration(parts: MigratorParts, file: string, options: ChangeOptions): Promise<RepairAction[]> {
  return changeHistory(parts, options, async (known) => {
    const { row, progress: before, migration } = stoppedIn(known, file);
    const doubts = doubtOf(row);
    if (doubts.length > 0) throw new RefusedError(doubts);
    if (!migration) throw new UnknownMigrationError(`There is no migration ${file} in ${known.set.location}.`);
    const compiled = await parts.compiler.compile(migration, parts.database.target.placeholders);
    if ('refusals' in compiled) throw new RefusedError(compiled.refusals);
    const found = await continuationInFile(compiled.program, before);
    if (typeof found === 'string') throw new UnknownMigrationError(`${file} ${CANNOT_CONTINUE[found](before)}.`);
    const { progress, next, warning } = found;
    const isSame = progress.doneChecksum === before.doneChecksum;
    const action = {
      kind: 'resume',
      file,
      recordedAs: row.file,
      from: inSteps(before),
      to: inSteps(progress),
      next,
      ...(warning !== undefined && { warning }),
    } as const;
    return isSame ? NOTHING : decided({ kind: 'resume', file: row.file, progress }, action);
  });
}

const CANNOT_CONTINUE = {
  'own-transaction': (before: StepProgress) =>
    `cannot continue after its finished steps (${inSteps(before)}): it has its own BEGIN and COMMIT now, so it does not run in steps`,
  unparsable: (before: StepProgress) =>
    `cannot continue after its finished steps (${inSteps(before)}): its statements cannot be parsed, so its steps are not known`,
  'too-few-steps': (before: StepProgress) => `has fewer steps than have finished (${inSteps(before)})`,
} as const;

const NOTHING: Decision<RepairAction[]> = { changes: [], note: { action: 'repair', files: [] }, result: [] };

function decided(change: HistoryChange, action: RepairAction): Decision<RepairAction[]> {
  const note = { action: 'repair', files: [action.file], details: { changes: [action] } } as const;
  return { changes: [change], note, result: [action] };
}

function inSteps({ done, total }: StepProgress): string {
  return `${done} of ${total} steps`;
}
