import { MigrationFailedError } from '../../core/errors/migration-failed.js';
import type { MigrationSession, RunListener, RunOutcome, RunSettings } from '../../core/ports/ports.js';
import type { Program } from '../../core/compile/program.js';
import { interrupted, isCancelled } from './interruption.js';
import type { Dependencies } from './dependencies.js';
import { assertTransactional } from './compile-plan.js';

export interface RunOptions {
  /** `each`: a transaction for every migration. `all`: one for all of them together. */
  readonly transaction: 'each' | 'all';
}

export type Conflict = Extract<RunOutcome, { kind: 'conflict' }>;

export interface ProgramsRun {
  readonly applied: readonly string[];
  /** A migration that somebody else recorded first, or is about to. */
  readonly conflict: Conflict | undefined;
  /** True when the rest wants a new session. */
  readonly reconnect: boolean;
}

/**
 * Runs programs in order, telling of each.
 *
 * @param before what the same run applied earlier.
 * @throws MigrationFailedError at the first that fails.
 */
export async function runPrograms(
  { emit }: Pick<Dependencies, 'emit'>,
  session: MigrationSession,
  programs: readonly Program[],
  settings: RunSettings,
  options: RunOptions,
  before: readonly string[] = [],
): Promise<ProgramsRun> {
  const { runId } = settings;
  const files = programs.map(({ migration }) => migration.file);
  const numbers = new Map(files.map((file, i) => [file, i]));
  const applied: string[] = [];
  const left = (): string[] => files.filter((file) => !applied.includes(file));
  const startedAt = performance.now();
  const finished = (succeeded: boolean): void =>
    emit({ type: 'run-finished', runId, applied, durationMs: Math.round(performance.now() - startedAt), succeeded });
  const listener: RunListener = {
    started: ({ file }) =>
      emit({
        type: 'migration-started',
        runId,
        file,
        number: (numbers.get(file) ?? 0) + before.length + 1,
        of: before.length + files.length,
      }),
    retrying: ({ file }, attempt, reason) => emit({ type: 'migration-retry', file, attempt, reason }),
    warning: (message) => emit({ type: 'warning', message }),
    notice: ({ file }, notice) => emit({ type: 'migration-notice', file, notice }),
    applied: ({ file }, executionTimeMs) => {
      applied.push(file);
      emit({ type: 'migration-applied', runId, file, executionTimeMs });
    },
  };

  emit({ type: 'run-started', runId, pending: files });
  try {
    const outcome =
      options.transaction === 'all'
        ? await session.runTogether(assertTransactional(programs), settings, listener)
        : await session.runEach(programs, settings, listener);
    if (outcome.kind === 'failed') {
      const error = new MigrationFailedError(
        { ...outcome.failure, tracked: settings.tracked, applied: [...before, ...applied], pending: left() },
        { cause: outcome.cause },
      );
      emit({ type: 'migration-failed', runId, file: outcome.failure.file, error: error.message });
      throw error;
    }
    if (outcome.kind === 'interrupted') {
      throw interrupted(settings.signal, [...before, ...applied], left());
    }
    finished(outcome.kind !== 'conflict');
    return {
      applied,
      conflict: outcome.kind === 'conflict' ? outcome : undefined,
      reconnect: outcome.kind === 'reconnect',
    };
  } catch (error) {
    finished(false);
    if (isCancelled(settings.signal, error)) throw interrupted(settings.signal, [...before, ...applied], left());
    throw error;
  }
}
