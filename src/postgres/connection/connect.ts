import pg from 'pg';
import type { ClientBase, ClientConfig, Pool } from 'pg';
import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import type { ConnectionListener } from '../../core/ports/ports.js';
import { untilAborted } from '../../timing/abort.js';
import { retry } from '../../timing/retry.js';
import { withTimeout } from '../../timing/timeout.js';
import { isConnectTimeout, isPoolTimeout, leave, onceAsked, socketOf } from './driver.js';
import { PgConnection } from './pg-connection.js';
import { connectError, serverErrorOf, unusableError } from './server-error.js';

/** Where connections come from: a connection string, a `pg` config, or the caller's pool, which is never ended. */
export type ConnectionSource = string | ClientConfig | Pool;

/** How to connect. */
interface ConnectSettings extends ConnectionListener {
  /** How long one attempt may take, in ms. */
  readonly connectTimeoutMs: number;
  /** How long to retry while the database is unreachable, in ms; 0 means one attempt. @default 0 */
  readonly connectRetryMs?: number;
  /** True if the pool is our own and callers do not know about it. @default false */
  readonly isOwnPool?: boolean;
}

const APPLICATION_NAME = 'nestjs-pg-migrations';
const KEEP_ALIVE_MS = 10_000;
/** How long closing a connection may take, in ms. On a stalled network it would take forever. */
const CLOSE_TIMEOUT_MS = 2_000;

/** True for a `pg` pool, whatever copy of `pg` it comes from. */
export function isPool(source: ConnectionSource): source is Pool {
  return typeof source === 'object' && 'totalCount' in source && typeof source.connect === 'function';
}

/** A source of further connections. A pool may have none to spare, so we open our own with the pool's options. */
export function secondSource(source: ConnectionSource): string | ClientConfig {
  if (!isPool(source)) return source;
  const { options } = source;
  return { ...options, password: options.password }; // not enumerable, so spreading does not copy it
}

/** A `pg` config for our own connections. The caller's timeouts are meant for its own queries, so they are dropped. */
export function ownConfig(source: string | ClientConfig, connectTimeoutMs: number): ClientConfig {
  const config = typeof source === 'string' ? { connectionString: source } : source;
  return {
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS, // the system's own first probe comes after two hours
    fallback_application_name: APPLICATION_NAME,
    ...config,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: undefined,
    statement_timeout: undefined,
    lock_timeout: undefined,
    idle_in_transaction_session_timeout: undefined,
  };
}

/**
 * Opens a connection, or takes one from a pool, and retries while the database is unreachable. A refusal, such as a
 * wrong password or an unknown database, is not retried.
 *
 * @param signal ends the attempt at once.
 * @throws DatabaseConnectionError
 */
export async function connect(
  source: ConnectionSource,
  settings: ConnectSettings,
  signal?: AbortSignal,
): Promise<PgConnection> {
  if (signal?.aborted) throw abortedError();
  const connecting = retry(() => connectOnce(source, settings), {
    forMs: settings.connectRetryMs ?? 0,
    isTransient: (error) => (error as DatabaseConnectionError).code === 'UNREACHABLE',
    onRetry: ({ error, ...rest }) => settings.onRetry?.({ ...rest, reason: (error as DatabaseConnectionError).reason }),
    signal,
  });
  return untilAborted(connecting, signal, () => {
    connecting.then((late) => late.release(), ignore);
    return { error: abortedError() };
  });
}

function abortedError(): DatabaseConnectionError {
  return new DatabaseConnectionError('UNREACHABLE', 'The run was interrupted before the database had been reached.');
}

async function connectOnce(source: ConnectionSource, settings: ConnectSettings): Promise<PgConnection> {
  try {
    return isPool(source) ? await borrow(source, settings) : await open(source, settings);
  } catch (error) {
    if (error instanceof DatabaseConnectionError) throw error;
    const isOurs = !isPool(source) || settings.isOwnPool; // a caller's pool has its own timeout
    throw connectError(isOurs && isConnectTimeout(error) ? noAnswer(settings) : error);
  }
}

async function open(source: string | ClientConfig, settings: ConnectSettings): Promise<PgConnection> {
  const client = newClient(ownConfig(source, settings.connectTimeoutMs));
  client.on('error', ignore); // the query that was running reports it
  const connecting = client.connect();
  if (settings.onAsked) onceAsked(client, settings.onAsked);
  await connecting.catch(async (error: unknown) => {
    // The server answered and the driver gave up: it has no password to send, or needs TLS and is offered none.
    const answered = !socketOf(client).destroyed;
    await client.end().catch(ignore);
    throw answered && serverErrorOf(error) === undefined ? unusableError(error) : error;
  });
  const close = async (destroy: boolean): Promise<void> => {
    destroyLater(client);
    // The server releases locks and discards uncommitted changes only when it has closed the connection.
    await (destroy ? client.end().catch(ignore) : leave(client));
  };
  return new PgConnection(client, close, true);
}

function destroyLater(client: ClientBase): void {
  const socket = socketOf(client);
  const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}

function newClient(config: ClientConfig): pg.Client {
  try {
    return new pg.Client(config);
  } catch (error) {
    throw unusableError(error);
  }
}

async function borrow(pool: Pool, settings: ConnectSettings): Promise<PgConnection> {
  const { connectTimeoutMs, onAsked } = settings;
  const none = (inTime: string): Error => (settings.isOwnPool ? noAnswer(settings) : noConnection(pool, inTime));
  if (pool.ending) throw unusableError(new Error('the pool has ended'));
  const connecting = pool.connect().catch((error: unknown) => {
    throw isPoolTimeout(error) ? none('') : error;
  });
  onAsked?.();
  const client = await withTimeout(connecting, connectTimeoutMs, () => {
    connecting.then((late) => late.release(), ignore);
    throw none(` within ${connectTimeoutMs} ms`);
  });
  client.on('error', ignore);
  return new PgConnection(client, async (destroy) => {
    if (destroy) destroyLater(client);
    else client.off('error', ignore);
    client.release(destroy);
  });
}

function noAnswer({ connectTimeoutMs }: ConnectSettings): Error {
  return new Error(`the server did not answer within ${connectTimeoutMs} ms`);
}

function noConnection({ totalCount, idleCount, waitingCount }: Pool, inTime: string): Error {
  return new Error(
    `the pool provided no connection${inTime}. Either all of its connections are in use, or the server does not answer ` +
      `(connections: ${totalCount}, idle: ${idleCount}, waiting requests: ${waitingCount})`,
  );
}

function ignore(): void {}
