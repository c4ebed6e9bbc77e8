/**
 * Waits for work to finish, or until the signal is aborted. The work itself continues.
 *
 * @param onAbort returns the error to reject with, or undefined to keep waiting for the work.
 */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  onAbort: () => { readonly error: unknown } | undefined,
): Promise<T> {
  if (!signal) return work;
  let stopListening: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    const listener = (): void => {
      const ending = onAbort();
      if (ending) reject(ending.error);
    };
    signal.addEventListener('abort', listener);
    // Removed manually: the option `signal` would double the cost, at every start.
    stopListening = () => signal.removeEventListener('abort', listener);
  });
  return Promise.race([work, aborted]).finally(stopListening);
}
