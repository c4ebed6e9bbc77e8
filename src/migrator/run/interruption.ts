import { DatabaseConnectionError, DatabaseError } from '../../core/errors/database-errors.js';
import { LockTimeoutError } from '../../core/errors/lock-errors.js';
import { MigrationFailedError } from '../../core/errors/migration-failed.js';
import { InterruptedError } from '../../core/errors/run-errors.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import type { HistoryStore, Outcome } from '../../core/ports/ports.js';

/** The source of the interruption, for messages. */
export function reasonOf(signal: AbortSignal | undefined): string {
  return typeof signal?.reason === 'string' ? signal.reason : 'a request';
}

/** @throws InterruptedError when the signal is aborted and nothing has been sent yet. */
export function throwIfInterrupted(signal: AbortSignal | undefined, applied: readonly string[] = []): void {
  if (signal?.aborted) throw new InterruptedError(reasonOf(signal), applied, [], 'before');
}

interface Progress {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  readonly isExecuting: boolean;
}

/** The progress of work that runs no migration. */
export const NO_PROGRESS: Progress = { applied: [], pending: [], isExecuting: false };

/**
 * Runs work that a signal may interrupt.
 *
 * @throws InterruptedError for a statement that was cancelled, or a connection that was lost, after the signal.
 */
export async function withInterruption<T>(
  signal: AbortSignal | undefined,
  progress: Progress,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const outcome = signal?.aborted ? outcomeOf(error, progress) : undefined;
    if (outcome === undefined) throw error;
    throw new InterruptedError(reasonOf(signal), progress.applied, progress.pending, outcome, { cause: error });
  }
}

/** The outcome when the server cancelled a statement, or when no further one was sent. */
function cancelledOutcome({ isExecuting }: Progress): InterruptedError['outcome'] {
  return isExecuting ? 'cancelled' : 'before';
}

function outcomeOf(error: unknown, progress: Progress): InterruptedError['outcome'] | undefined {
  if (error instanceof DatabaseError && error.server.sqlstate === SQLSTATE.queryCanceled)
    return cancelledOutcome(progress);
  if (!(error instanceof DatabaseConnectionError)) return undefined;
  if (error.code === 'UNREACHABLE') return 'before';
  return error.code === 'CONNECTION_LOST' ? 'unsure' : undefined;
}

/** How one session of a run ended: everything is done, or a new session is needed. */
export type SessionResult = 'done' | 'reconnect';

/** Turns outcomes that end a run into errors. @throws MigrationFailedError; InterruptedError; LockTimeoutError */
export function judgeOutcome(
  outcome: Outcome,
  progress: Progress,
  { keepsRecords }: Pick<HistoryStore, 'keepsRecords'>,
  signal: AbortSignal,
): { kind: SessionResult } | Extract<Outcome, { kind: 'conflict' }> {
  const { applied, pending } = progress;
  if (outcome.kind === 'overdue')
    throw new LockTimeoutError(outcome.waitedMs, outcome.holder, outcome.file, applied, 'turn');
  if (outcome.kind === 'interrupted')
    throw new InterruptedError(reasonOf(signal), applied, pending, cancelledOutcome(progress));
  if (outcome.kind !== 'failed') return outcome;
  const { failure, cause } = outcome;
  const left = pending.filter((file) => file !== failure.file);
  throw new MigrationFailedError(
    { ...failure, tracked: keepsRecords, applied: [...applied], pending: left },
    { cause },
  );
}
