import { constants } from 'node:os';
import { InterruptedError } from '../core/errors/errors.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What this process has under way: several instances may migrate at once, and the signal is for all of them. */
const underWay = new Set<AbortController>();
let received: NodeJS.Signals | undefined;
/** For how long the same request may arrive once more. */
const REPEAT_MS = 1_000;
let stopSoon: NodeJS.Timeout | undefined;

/**
 * Lets SIGTERM and SIGINT interrupt a piece of work instead of the process: the running statement is cancelled, what is
 * unfinished is rolled back, the lock is released. When all such work has ended the process ends by that signal, unless
 * somebody else listens to it: they have heard it too, and it is theirs to end. The host's own handlers are not there
 * yet during bootstrap. A second signal, a second or more after the first, is not held back.
 *
 * @param tell told what became of the work, before the process ends.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  tell: (message: string) => void,
): Promise<T> {
  const controller = new AbortController();
  if (underWay.size === 0) listen();
  underWay.add(controller);
  if (received) controller.abort(received);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (error instanceof InterruptedError) tell(error.message);
    throw error;
  } finally {
    underWay.delete(controller);
    if (underWay.size === 0) finish();
  }
}

function listen(): void {
  received = undefined;
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
  if (received) return; // the terminal and a wrapper such as npm both pass Ctrl+C on
  received = signal;
  stopSoon = setTimeout(stopListening, REPEAT_MS).unref();
  for (const controller of underWay) controller.abort(signal);
}

function stopListening(): void {
  clearTimeout(stopSoon);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function finish(): void {
  stopListening();
  if (!received) return;
  if (process.listenerCount(received) === 0) endBy(received);
  else sayInExitCode(received);
}

/** How soon an interrupted start ends the process. */
const ENDING_MS = 5_000;

/** Nest ends a start that was interrupted with 1, as it ends any that failed. What ends the process later is not ours to explain. */
function sayInExitCode(signal: NodeJS.Signals): void {
  const say = (code: number): void => {
    if (code === 1) process.exitCode = exitCodeOf(signal);
  };
  process.once('exit', say);
  setTimeout(() => process.off('exit', say), ENDING_MS).unref();
}

function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function endBy(signal: NodeJS.Signals): void {
  // The first process of a container is not ended by a signal that it does not handle: it gets the code of one that is.
  if (process.pid === 1) process.exit(exitCodeOf(signal));
  process.kill(process.pid, signal);
}
