import { constants } from 'node:os';
import { InterruptedError } from '../core/errors.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Lets SIGTERM and SIGINT interrupt a piece of work instead of the process: the running statement is cancelled, what is
 * unfinished is rolled back, the lock is released. Then the process ends by that signal, unless somebody else listens
 * to it: they have heard it too, and it is theirs to end. The host's own handlers are not there yet during bootstrap. A
 * second signal is not held back.
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
    if (received && process.listenerCount(received) === 0) endBy(received);
  }
}

function endBy(signal: NodeJS.Signals): void {
  // The first process of a container is not ended by a signal that it does not handle: it gets the code of one that is.
  if (process.pid === 1) process.exit(128 + constants.signals[signal]);
  process.kill(process.pid, signal);
}
