import pg from 'pg';
import type { ClientBase, Connection } from 'pg';
import type { Lease } from './connection.js';
import { awaitedText, isBookkeeping } from './script.js';
import { socketOf } from './socket.js';

/** What the driver's client knows of its own connection. */
interface Connected {
  readonly host: string;
  readonly port: number;
  readonly processID: number;
  readonly secretKey: number;
}

interface CancellingConnection extends Connection {
  connect(port: number | string, host?: string): void;
  cancel(processId: number, secretKey: number): void;
}

const REPEAT_MS = 250;
/** How long a cancel request may take to be made. */
const REQUEST_MS = 5_000;
/** How long a server may take to react, before the connection is given up: what asked for the end has patience for 30 s, as a rule. */
const REACTION_MS = 8_000;

/** Cancels what a connection runs from the moment that a signal is given, but not what is recorded of it. @returns ends the watch. */
export function cancelWhenAborted(client: ClientBase, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined;
  const cancelUnlessRecording = (): void => {
    if (!isBookkeeping(client)) requestCancel(client);
  };
  const cancel = (): void => {
    cancelUnlessRecording();
    timer = setInterval(cancelUnlessRecording, REPEAT_MS);
  };
  if (signal?.aborted) cancel();
  else signal?.addEventListener('abort', cancel, { once: true });
  return () => {
    clearInterval(timer);
    signal?.removeEventListener('abort', cancel);
  };
}

/** Gives a connection up some time after a signal was given, if it still waits for an answer then: a network that stalls lets no cancel request through. */
export function abandonWhenAborted(lease: Lease, signal: AbortSignal | undefined): Lease {
  let timer: NodeJS.Timeout | undefined;
  const abandon = (): void => {
    if (awaitedText(lease.client) === undefined) return;
    clearInterval(timer);
    const reason = `the server did not react to being asked to stop within ${REACTION_MS / 1000} s`;
    socketOf(lease.client).destroy(new Error(reason));
  };
  const onAbort = (): void => {
    timer = setInterval(abandon, REACTION_MS).unref();
  };
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  return {
    client: lease.client,
    release: async (destroy) => {
      clearInterval(timer);
      signal?.removeEventListener('abort', onAbort);
      await lease.release(destroy);
    },
  };
}

/**
 * Asks the server to cancel what a connection is running, by a cancel request on a connection of its own, as libpq
 * does: it needs no login, and it finds its way through a pooler. The server says nothing back, and a request that
 * comes between two statements is lost, so callers repeat it.
 */
function requestCancel(client: ClientBase): void {
  const { host, port, processID, secretKey } = client as unknown as Connected;
  const connection = new pg.Connection() as CancellingConnection;
  connection.on('error', () => {});
  setTimeout(() => connection.stream.destroy(), REQUEST_MS).unref();
  connection.once('connect', () => connection.cancel(processID, secretKey));
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
}
