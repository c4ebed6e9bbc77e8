import pg from 'pg';
import type { ClientBase, ClientConfig, Pool } from 'pg';
import { backOff } from 'exponential-backoff';
import { DatabaseConnectionError } from '../../core/errors/errors.js';
import { connectError, serverErrorOf, unusableError } from './server-error.js';
import { socketOf } from './socket.js';
import { within } from './within.js';

/**
 * Any way of naming a database: a connection string, a `pg` config, or a pool of the caller's (which is never ended
 * here).
 */
export type Connection = string | ClientConfig | Pool;

/** A connection for exclusive use. */
export interface Lease {
  readonly client: ClientBase;
  /** Gives it back; `destroy` closes it even when it came from a pool. Never throws. */
  release(destroy: boolean): Promise<void>;
}

export interface ConnectSettings {
  /** How long one attempt may take, in ms. */
  readonly timeoutMs: number;
  /** How long to go on trying while the database cannot be reached, in ms; 0 tries once. */
  readonly retryForMs: number;
  readonly onRetry?: (attempt: number, error: DatabaseConnectionError) => void;
}

const APPLICATION_NAME = 'nestjs-pg-migrations';
const KEEP_ALIVE_MS = 10_000;
/** How long a server may take to close a connection that says goodbye; a stalled network never would. */
const GOODBYE_MS = 2_000;

export function isPool(connection: Connection): connection is Pool {
  return typeof connection === 'object' && 'totalCount' in connection && typeof connection.connect === 'function';
}

/** A `pg` config for connections of our own. The caller's timeouts are for its own queries, not for migrations. */
export function ownConfig(connection: string | ClientConfig, timeoutMs: number): ClientConfig {
  const config = typeof connection === 'string' ? { connectionString: connection } : connection;
  return {
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS, // the system's own first probe comes after two hours
    fallback_application_name: APPLICATION_NAME,
    ...config,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: undefined,
    statement_timeout: undefined,
    lock_timeout: undefined,
    idle_in_transaction_session_timeout: undefined,
  };
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/**
 * Takes a connection, trying again with jittered backoff while the database cannot be reached. A refusal (a wrong
 * password, a database that does not exist) is final.
 *
 * @param signal gives it up at once.
 * @throws DatabaseConnectionError
 */
export async function lease(connection: Connection, settings: ConnectSettings, signal?: AbortSignal): Promise<Lease> {
  if (signal?.aborted) throw givenUpError();
  const leasing = keepTrying(connection, settings, signal);
  if (!signal) return leasing;
  let giveUp = ignore;
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = () => {
      leasing.then((late) => late.release(true), ignore);
      reject(givenUpError());
    };
    signal.addEventListener('abort', giveUp, { once: true });
  });
  return Promise.race([leasing, givenUp]).finally(() => signal.removeEventListener('abort', giveUp));
}

function givenUpError(): DatabaseConnectionError {
  return new DatabaseConnectionError('UNREACHABLE', 'The database had not been reached when the run was given up.');
}

function keepTrying(connection: Connection, settings: ConnectSettings, signal?: AbortSignal): Promise<Lease> {
  const deadline = Date.now() + settings.retryForMs;
  return backOff(() => leaseOnce(connection, settings.timeoutMs), {
    startingDelay: FIRST_DELAY_MS,
    maxDelay: LONGEST_DELAY_MS,
    jitter: 'full',
    numOfAttempts: Number.MAX_SAFE_INTEGER,
    retry: (error: DatabaseConnectionError, attempt) => {
      const again = error.code === 'UNREACHABLE' && Date.now() < deadline && !signal?.aborted;
      if (again) settings.onRetry?.(attempt, error);
      return again;
    },
  });
}

async function leaseOnce(connection: Connection, timeoutMs: number): Promise<Lease> {
  try {
    return isPool(connection) ? await borrow(connection, timeoutMs) : await connect(connection, timeoutMs);
  } catch (error) {
    throw error instanceof DatabaseConnectionError ? error : connectError(error);
  }
}

async function connect(connection: string | ClientConfig, timeoutMs: number): Promise<Lease> {
  const client = newClient(ownConfig(connection, timeoutMs));
  client.on('error', ignore); // the query that was running reports it
  await client.connect().catch(async (error: unknown) => {
    // The driver itself gave up on a server that answers: it has no password to send, or wants TLS and is offered none.
    const answered = !socketOf(client).destroyed;
    await client.end().catch(ignore);
    throw answered && serverErrorOf(error) === undefined ? unusableError(error) : error;
  });
  return {
    client,
    release: async () => {
      destroyLater(client);
      await client.end().catch(ignore);
    },
  };
}

function destroyLater(client: ClientBase): void {
  const socket = socketOf(client);
  const timer = setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}

function newClient(config: ClientConfig): pg.Client {
  try {
    return new pg.Client(config);
  } catch (error) {
    throw unusableError(error);
  }
}

async function borrow(pool: Pool, timeoutMs: number): Promise<Lease> {
  if (pool.ending) throw unusableError(new Error('the pool has ended'));
  const connecting = pool.connect();
  const noneFree = (): Error => new Error(`the pool gave no connection within ${timeoutMs} ms`);
  const client = await within(timeoutMs, connecting, noneFree).catch((error: unknown) => {
    connecting.then((late) => late.release(), ignore);
    throw error;
  });
  client.on('error', ignore);
  return {
    client,
    release: async (destroy) => {
      if (destroy) destroyLater(client);
      else client.off('error', ignore);
      client.release(destroy);
    },
  };
}

function ignore(): void {}
