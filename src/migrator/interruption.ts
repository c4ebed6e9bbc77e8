import { InterruptedError } from '../core/errors.js';

/** @throws InterruptedError when the signal, if there is one, was given. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted(signal, [], []);
}

export function interrupted(
  signal: AbortSignal | undefined,
  applied: readonly string[],
  pending: readonly string[],
): InterruptedError {
  return new InterruptedError(typeof signal?.reason === 'string' ? signal.reason : 'a request', applied, pending);
}
