import { constants } from 'node:os';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The work in progress in this process: several instances may migrate at once, and a signal interrupts all of them. */
const activeWork = new Set<AbortController>();
let received: NodeJS.Signals | undefined;
/** For how long a repeated signal counts as the same request. */
const REPEAT_MS = 1_000;
let stopSoon: NodeJS.Timeout | undefined;
let releaseSoon: NodeJS.Immediate | undefined;

/**
 * Lets SIGTERM and SIGINT interrupt work instead of ending the process: the running statement is cancelled, unfinished
 * work is rolled back and the lock is released. When all work has ended, the process ends with that signal, unless
 * another listener received it too and is responsible for the exit. During bootstrap the host's own handlers are not
 * installed yet. A second signal, a second or more after the first, ends the process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  if (activeWork.size === 0) listen();
  activeWork.add(controller);
  if (received) controller.abort(received);
  try {
    return await work(controller.signal);
  } finally {
    activeWork.delete(controller);
    if (activeWork.size === 0) finish();
  }
}

function listen(): void {
  clearTimeout(stopSoon);
  clearImmediate(releaseSoon);
  received = undefined;
  // Listeners that are to be removed are kept, as removing them could lose a signal.
  for (const signal of SIGNALS) if (!process.listeners(signal).includes(onSignal)) process.on(signal, onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
  if (received) return; // the terminal and a wrapper such as npm both forward Ctrl+C
  received = signal;
  if (activeWork.size === 0) {
    // It came just before the work ended, and has interrupted nothing.
    stopListening();
    if (process.listenerCount(signal) === 0) endProcess(signal);
    return;
  }
  stopSoon = setTimeout(stopListening, REPEAT_MS).unref();
  for (const controller of activeWork) controller.abort(signal);
}

function stopListening(): void {
  clearTimeout(stopSoon);
  clearImmediate(releaseSoon);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function finish(): void {
  if (!received) {
    releaseSoon = afterNextPoll(stopListening);
    return;
  }
  stopListening();
  if (process.listenerCount(received) === 0) endProcess(received);
  else replaceExitCode(received);
}

/**
 * Node.js drops a signal that it has caught and not yet dispatched when the last listener is removed, and the process
 * would survive it. Signals are dispatched while the event loop polls, and the current iteration may be past that.
 */
function afterNextPoll(work: () => void): NodeJS.Immediate {
  return setImmediate(() => (releaseSoon = setImmediate(work)));
}

/** How long an interrupted start may take to end the process. */
const EXIT_WINDOW_MS = 5_000;

/** Replaces the 1 with which Nest exits after any failed start. A later exit has other reasons. */
function replaceExitCode(signal: NodeJS.Signals): void {
  const replace = (code: number): void => {
    if (code === 1) process.exitCode = exitCodeOf(signal);
  };
  process.once('exit', replace);
  setTimeout(() => process.off('exit', replace), EXIT_WINDOW_MS).unref();
}

function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function endProcess(signal: NodeJS.Signals): void {
  // A signal without a handler does not end the first process of a container: exit with the code of the signal.
  if (process.pid === 1) process.exit(exitCodeOf(signal));
  process.kill(process.pid, signal);
}
