import { canonicalChecksum } from '../migration/checksum.js';
import type { HistoryRow, StepProgress } from '../status/history.js';
import { inSteps, type Program, type StepwiseProgram } from './program.js';

/** How far a program is after so many steps, as it is recorded. */
export function stepProgress(
  { steps, migration, source }: Pick<StepwiseProgram, 'steps' | 'migration' | 'source'>,
  done: number,
): StepProgress {
  // Of the file's own text: the values of placeholders are not for storing, not even as a checksum.
  const texts = steps
    .slice(0, done)
    .map((step) => migration.text.slice(source.toFile(step.start), source.toFile(step.end)));
  return { done, total: steps.length, doneChecksum: canonicalChecksum(texts.join(';\n')) };
}

/**
 * The program, set to go on where an earlier run of it stopped.
 *
 * @returns a reason instead when part of the file is done and that part has changed since.
 */
export function resume(program: Program, row: HistoryRow | undefined): { program: Program } | { reason: string } {
  const progress = row?.progress;
  if (!row || row.state === 'applied' || !progress) return { program };
  // The server alone may have said that it has to run in steps.
  const stepwise = program.kind === 'stepwise' ? program : inSteps(program);
  const inDoubt = row.state === 'running';
  const mayHaveBegun = inDoubt && stepwise?.steps[0]?.kind === 'autocommit';
  if (progress.done === 0 && program.kind === 'transactional' && !mayHaveBegun) return { program };
  const unchanged =
    stepwise !== undefined &&
    progress.done <= stepwise.steps.length &&
    stepProgress(stepwise, progress.done).doneChecksum === progress.doneChecksum;
  if (unchanged) return { program: { ...stepwise, resumeAt: progress.done, inDoubt } };
  return {
    reason:
      `its first ${progress.done} of ${progress.total} steps ran before it stopped, and that part of the file was changed since. ` +
      'There are two ways out. Restore that part of the file, and the run goes on where it stopped. Or undo by hand what those steps did and delete the row of the file ' +
      'from the history, and it runs from its beginning. (If the file is done by hand, record it with mark().)',
  };
}
