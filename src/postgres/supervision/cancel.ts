import type { PgConnection } from '../connection/pg-connection.js';

const REPEAT_MS = 250;
/** How long the server may take to react before the connection is destroyed: a shutdown usually allows 30 s. */
const REACTION_MS = 8_000;

/**
 * Once the signal is aborted, cancels what the connection runs, except for records.
 *
 * @returns a function that stops this.
 */
export function cancelWhenAborted(connection: PgConnection, signal: AbortSignal | undefined): () => void {
  return repeatWhenAborted(signal, REPEAT_MS, true, () => connection.requestCancel());
}

/** After the abort, destroys a connection that still waits: a cancel request may not get through a stalled network. */
export function destroyWhenAborted(connection: PgConnection, signal: AbortSignal | undefined): void {
  const stop = repeatWhenAborted(signal, REACTION_MS, false, () => {
    if (connection.sending === undefined) return;
    stop();
    connection.destroy(`the server did not react to a cancel request within ${REACTION_MS / 1000} s`);
  });
  connection.onRelease(stop);
}

function repeatWhenAborted(
  signal: AbortSignal | undefined,
  intervalMs: number,
  immediately: boolean,
  act: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    if (immediately) act();
    timer = setInterval(act, intervalMs).unref();
  };
  if (signal?.aborted) start();
  else signal?.addEventListener('abort', start, { once: true });
  return () => {
    clearInterval(timer);
    signal?.removeEventListener('abort', start);
  };
}
