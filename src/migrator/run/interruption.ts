import { DatabaseConnectionError, DatabaseError } from '../../core/errors/database-errors.js';
import { InterruptedError } from '../../core/errors/run-errors.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';

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
export function cancelledOutcome({ isExecuting }: Pick<Progress, 'isExecuting'>): InterruptedError['outcome'] {
  return isExecuting ? 'cancelled' : 'before';
}

function outcomeOf(error: unknown, progress: Progress): InterruptedError['outcome'] | undefined {
  if (error instanceof DatabaseError && error.server.sqlstate === SQLSTATE.queryCanceled)
    return cancelledOutcome(progress);
  if (!(error instanceof DatabaseConnectionError)) return undefined;
  if (error.code === 'UNREACHABLE') return 'before';
  return error.code === 'CONNECTION_LOST' ? 'unsure' : undefined;
}
