import { DatabaseConnectionError, DatabaseError, InterruptedError } from '../../core/errors/errors.js';

/** @throws InterruptedError when the signal, if there is one, was given. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted(signal, [], []);
}

export function interrupted(
  signal: AbortSignal | undefined,
  applied: readonly string[],
  pending: readonly string[],
): InterruptedError {
  return new InterruptedError(reasonOf(signal), applied, pending);
}

function reasonOf(signal: AbortSignal | undefined): string {
  return typeof signal?.reason === 'string' ? signal.reason : 'a request';
}

const QUERY_CANCELED = '57014';

/** True for a statement that was cancelled because the run was given up. */
export function isCancelled(signal: AbortSignal | undefined, error: unknown): boolean {
  return signal?.aborted === true && error instanceof DatabaseError && error.server.sqlstate === QUERY_CANCELED;
}

/**
 * Does a piece of work that a signal gives up, which may cost the connection.
 *
 * @param applied what was applied before.
 * @throws InterruptedError for a statement that was cancelled, or a connection that was lost, after the signal.
 */
export async function asInterrupted<T>(
  signal: AbortSignal | undefined,
  applied: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCancelled(signal, error)) throw interrupted(signal, applied, []);
    if (!signal?.aborted || !(error instanceof DatabaseConnectionError)) throw error;
    if (error.code === 'UNREACHABLE') throw interrupted(signal, applied, []);
    if (error.code !== 'CONNECTION_LOST') throw error;
    throw new InterruptedError(reasonOf(signal), applied, [], error);
  }
}
