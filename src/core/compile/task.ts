import type { CoveredFile } from '../history/covered-file.js';
import type { HistoryRow, RecordedStep } from '../history/history.js';
import type { Program } from './program.js';

/** A step that may or may not have taken effect. */
export interface Doubt extends RecordedStep {
  /** True when the file still has this step in the same place. */
  readonly unchanged: boolean;
}

/** One program to run on one target. */
export interface Task {
  readonly program: Program;
  /** The row to take over: the migration's own, or the one under its old name. Only rows of runs known to be dead. */
  readonly row: HistoryRow | undefined;
  /** The number of steps that an earlier run finished. */
  readonly resumeAt: number;
  /** The step during which an earlier run died, if it may have taken effect without being recorded. */
  readonly doubt: Doubt | undefined;
  /** For a checkpoint: the migrations that are recorded with it. */
  readonly covers?: readonly CoveredFile[] | undefined;
}
