import { finding, type Finding } from '../errors/finding.js';
import { count } from '../errors/wording.js';
import { stepInDoubt, type HistoryRow, type StepProgress } from '../history/history.js';
import { toNonTransactional } from './non-transactional.js';
import type { NonTransactionalProgram, Program } from './program.js';
import { locateInFile } from './source-text.js';
import { NOTHING_DONE, stepChecksums } from './step-checksums.js';
import type { Doubt, Task } from './task.js';
import type { Step } from '../sql/statements/steps.js';
import { maskSecrets } from '../sql/text/secrets.js';

/** What is left to run of a program, or the reasons why it cannot run. */
export type Scheduled = { readonly task: Task } | { readonly refusals: readonly Finding[] };

/** Makes a program continue where an earlier run stopped, as its history row says. */
export async function schedule(program: Program, row: HistoryRow | undefined): Promise<Scheduled> {
  const progress = row && row.state !== 'applied' ? row.progress : null;
  const next = stepInDoubt(row);
  if (!progress || (progress.done === 0 && !next)) return { task: { program, row, resumeAt: 0, doubt: undefined } };

  const stepped = await inSteps(program);
  if (!stepped || doneChecksum(stepped, progress.done) !== progress.doneChecksum) return refuse(program, progress);
  const unchanged = doneChecksum(stepped, progress.done + 1) === next?.doneChecksum;
  const doubt = next ? { ...next, unchanged } : undefined;
  return { task: { program: stepped, row, resumeAt: progress.done, doubt } };
}

/** In an earlier run it may have been the server that refused to run the file in a transaction. */
async function inSteps(program: Program): Promise<NonTransactionalProgram | undefined> {
  return program.kind === 'non-transactional' ? program : toNonTransactional(program);
}

/** Where a migration continues if its finished steps are taken to be the first ones of its file. */
export interface Continuation {
  readonly progress: StepProgress;
  /** The first step that is left, in the file; null if there is none. */
  readonly next: { readonly line: number; readonly statement: string } | null;
  /** Why that may be the wrong place; undefined if nothing speaks against it. */
  readonly warning: string | undefined;
}

/** Where a migration that stopped `before` continues in its file as it is now, or why it cannot. */
export async function continuationInFile(
  program: Program,
  before: StepProgress,
): Promise<Continuation | 'own-transaction' | 'unparsable' | 'too-few-steps'> {
  const stepped = await inSteps(program);
  if (!stepped) return program.kind === 'transactional' && program.ownTransaction ? 'own-transaction' : 'unparsable';
  const { done } = before;
  const checksum = doneChecksum(stepped, done);
  if (checksum === undefined) return 'too-few-steps';
  const step = stepped.steps[done];
  return {
    progress: { done, total: stepped.steps.length, doneChecksum: checksum, next: null },
    next: step ? { line: lineOf(stepped, step), statement: storedText(stepped, step) } : null,
    warning: doubtfulPlace(stepped, before),
  };
}

/** The finished steps are only counted, so the place is wrong if one of them was added or removed. */
function doubtfulPlace(program: NonTransactionalProgram, { done, total, next }: StepProgress): string | undefined {
  const { steps } = program;
  const check =
    done < steps.length
      ? 'check that the statement shown is the one to continue with'
      : 'check that nothing is left to do';
  const stoppedAt = next ? steps.filter((step) => storedText(program, step) === next.statement) : [];
  const [only] = stoppedAt.length === 1 ? stoppedAt : [];
  if (only) {
    return only === steps[done]
      ? undefined
      : `it stopped at the statement that is now on line ${lineOf(program, only)}: ${check}`;
  }
  const now = steps.length;
  return now === total ? undefined : `the file now has ${count(now, 'step')} instead of ${total}: ${check}`;
}

function lineOf({ migration, source }: NonTransactionalProgram, { start }: Step): number {
  return locateInFile(migration, source, start).line;
}

function refuse({ migration: { file } }: Program, { done, total }: StepProgress): Scheduled {
  return { refusals: [finding('FINISHED_STEPS_CHANGED', { subject: file, steps: { done, total } })] };
}

/** Checksum of the first `done` steps; undefined when the program has fewer. */
function doneChecksum(program: NonTransactionalProgram, done: number): string | undefined {
  return done === 0 ? NOTHING_DONE : stepChecksums(program)[done - 1];
}

/** In characters. Longer statements are recorded truncated. */
const MAX_STATEMENT_LENGTH = 2_000;

/**
 * The progress to record once `done` steps have finished.
 *
 * @param doubt a step in doubt from an earlier run, which stays recorded.
 */
export function progressAt(program: NonTransactionalProgram, done: number, doubt?: Doubt): StepProgress {
  const step = program.steps[done];
  const own = step?.kind === 'autocommit' && {
    statement: storedText(program, step),
    doneChecksum: doneChecksum(program, done + 1) ?? '',
  };
  return {
    done,
    total: program.steps.length,
    doneChecksum: doneChecksum(program, done) ?? '',
    next: doubt ?? (own || null),
  };
}

function storedText(program: NonTransactionalProgram, step: Step): string {
  return stepText(program, step).slice(0, MAX_STATEMENT_LENGTH);
}

/**
 * A step's text as in the file, up to the first COPY rows: neither rows nor placeholder values may be stored. Passwords
 * are masked.
 */
export function stepText({ migration, source }: NonTransactionalProgram, step: Step): string {
  const rows = step.statements.find(({ copy }) => copy)?.copy;
  const end = rows?.dataStart ?? step.wholeEnd;
  return maskSecrets(migration.text.slice(source.toFile(step.start), source.toFile(end)).trim());
}
