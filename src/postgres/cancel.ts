import pg from 'pg';
import type { ClientBase, Connection } from 'pg';

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

/** Cancels what a connection runs from the moment that a signal is given. @returns ends the watch. */
export function cancelWhenAborted(client: ClientBase, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    requestCancel(client);
    timer = setInterval(() => requestCancel(client), REPEAT_MS);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  return () => {
    clearInterval(timer);
    signal?.removeEventListener('abort', cancel);
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
  connection.once('connect', () => connection.cancel(processID, secretKey));
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
}
