import { InterruptedError } from '../core/errors.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Lets SIGTERM and SIGINT interrupt a piece of work instead of the process: the running statement is cancelled, what is
 * unfinished is rolled back, the lock is released. Then the signal is raised again, for whoever else handles it, and
 * ends the process where nobody does. The host's own handlers are not there yet during bootstrap. A second signal is
 * not held back.
 *
 * @param tell told what became of the work, before the process ends.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  tell: (message: string) => void,
): Promise<T> {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    received = signal;
    stopListening();
    controller.abort(signal);
  };
  const stopListening = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (error instanceof InterruptedError) tell(error.message);
    throw error;
  } finally {
    stopListening();
    if (received) process.kill(process.pid, received);
  }
}
