import pg from 'pg';
import type { Client, ClientBase, ClientConfig, Connection } from 'pg';
import type { Socket } from 'node:net';

/** Driver internals that its types do not declare. Only this file uses them. */
interface ClientInternals {
  readonly connection: Connection;
  readonly host: string;
  readonly port: number;
  readonly processID: number;
  readonly secretKey: number;
  readonly connectionParameters: { readonly options?: string };
}

interface ConnectionInternals extends Connection {
  connect(port: number | string, host?: string): void;
  query(text: string): void;
  sendCopyFail(message: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  cancel(processId: number, secretKey: number): void;
}

function internals(client: ClientBase): ClientInternals {
  return client as unknown as ClientInternals;
}

/** The client's socket. */
export function socketOf(client: ClientBase): Socket {
  return internals(client).connection.stream as Socket;
}

/** The process ID that the server sent on connecting; behind a pooler it is a number of the pooler's own. */
export function processIdOf(client: ClientBase): number {
  return internals(client).processID;
}

/**
 * Where a configuration connects to, with the driver's defaults and environment variables applied.
 *
 * @throws the driver's error for an invalid URL.
 */
export function addressOf(config: ClientConfig): {
  host: string;
  port: number;
  user: string | undefined;
  database: string | undefined;
  startupOptions: string | undefined;
} {
  const client = new pg.Client(config);
  const { host, port, user, database } = client;
  return { host, port, user, database, startupOptions: internals(client).connectionParameters.options };
}

/** Calls a function when a connecting client has sent its first message. */
export function onceAsked(client: ClientBase, listener: () => void): void {
  internals(client).connection.once('connect', listener); // after the driver's own listener, which sends it
}

/** Closes a connection as libpq does: sends Terminate and does not wait for the server to close it. */
export async function leave(client: Client): Promise<void> {
  const socket = socketOf(client);
  if (socket.destroyed) return;
  const sent = new Promise<void>((resolve) => {
    for (const event of ['finish', 'close']) socket.once(event, resolve);
  });
  client.end().catch(() => {});
  await sent;
  socket.unref();
}

/** True for the driver's error when the server requires a password and none was given. */
export function lacksPassword(error: unknown): boolean {
  return error instanceof Error && /password must be a (?:non-empty )?string/i.test(error.message);
}

/** True for the error of a client, or of the pool that created it, after its `connectionTimeoutMillis` has passed. */
export function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && /^timeout expired$|due to connection timeout$/.test(error.message);
}

/** True for a pool's error when its own `connectionTimeoutMillis` has passed. */
export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && /^timeout exceeded when trying to connect$/.test(error.message);
}

/** Sends texts with the simple query protocol, each as one message, in a single write. */
export function sendTexts(connection: Connection, texts: readonly string[]): void {
  const { stream } = connection;
  stream.cork();
  for (const text of texts) (connection as ConnectionInternals).query(text);
  stream.uncork();
}

/** Fails a `COPY … FROM stdin`. */
export function refuseCopy(connection: Connection, reason: string): void {
  (connection as ConnectionInternals).sendCopyFail(reason);
}

/** Bytes in one message of COPY data. */
const COPY_CHUNK = 65_536;

/** Sends the rows of a `COPY … FROM stdin`. */
export function sendCopyData(connection: Connection, rows: string): void {
  const internal = connection as ConnectionInternals;
  const bytes = Buffer.from(rows);
  for (let at = 0; at < bytes.length; at += COPY_CHUNK) internal.sendCopyFromChunk(bytes.subarray(at, at + COPY_CHUNK));
  internal.endCopyFrom();
}

/**
 * Asks the server to cancel what a client is running. Like libpq, it uses a separate connection, which needs no login
 * and works through a pooler. The server does not reply.
 *
 * @param timeoutMs how long the request may take, in ms.
 */
export function sendCancelRequest(client: ClientBase, timeoutMs: number): void {
  const { host, port, processID, secretKey } = internals(client);
  const connection = new pg.Connection() as ConnectionInternals;
  connection.on('error', () => {});
  setTimeout(() => connection.stream.destroy(), timeoutMs).unref();
  connection.once('connect', () => connection.cancel(processID, secretKey));
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
}
