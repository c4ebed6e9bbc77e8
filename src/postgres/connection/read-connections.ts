import pg from 'pg';
import type { ClientConfig, Pool } from 'pg';
import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import { withTimeout } from '../../timing/timeout.js';
import { connect, isPool, ownConfig, secondSource, type ConnectionSource } from './connect.js';
import type { PgConnection } from './pg-connection.js';

const IDLE_MS = 10_000;

/** Connections for status, health, drift and lint: from the caller's pool, or a small one that closes when idle. */
export class ReadConnections {
  private ownPool: Pool | undefined;
  private users = 0;

  constructor(
    private readonly source: ConnectionSource,
    /** How long a read may take, including connecting, in ms. */
    private readonly readTimeoutMs: number,
  ) {}

  /**
   * @param timeoutMs how long the work may take after connecting, in ms. @default what is left of the read timeout
   * @throws DatabaseConnectionError on a timeout.
   */
  async use<T>(work: (connection: PgConnection) => Promise<T>, timeoutMs?: number): Promise<T> {
    const startedAt = performance.now();
    const isOwnPool = !isPool(this.source);
    this.users += 1;
    try {
      const connection = await connect(this.pool(), { connectTimeoutMs: this.readTimeoutMs, isOwnPool });
      return await this.within(connection, work, startedAt, timeoutMs);
    } finally {
      this.users -= 1;
    }
  }

  /**
   * Uses a further connection while one is in use. It is not from the caller's pool, which may have none to spare.
   *
   * @returns undefined if the work does not finish within half the read timeout: a pooler may have no second backend.
   */
  async useAnother<T>(work: (connection: PgConnection) => Promise<T>): Promise<T | undefined> {
    const connection = await connect(secondSource(this.source), { connectTimeoutMs: this.readTimeoutMs });
    const working = work(connection);
    working.catch(() => {}); // after the timeout, nobody waits for it
    try {
      return await withTimeout<T | undefined>(working, this.readTimeoutMs / 2, () => {
        connection.destroy('it was not answered in time');
        return undefined;
      });
    } finally {
      await connection.release();
    }
  }

  private async within<T>(
    connection: PgConnection,
    work: (connection: PgConnection) => Promise<T>,
    startedAt: number,
    timeoutMs?: number,
  ): Promise<T> {
    try {
      const leftMs = timeoutMs ?? Math.max(1, this.readTimeoutMs - (performance.now() - startedAt));
      return await withTimeout(work(connection), leftMs, () => {
        throw timeoutError(timeoutMs ?? this.readTimeoutMs);
      });
    } finally {
      await connection.release();
    }
  }

  /** Closes our own connections, unless someone reads. */
  async closeIdle(): Promise<void> {
    if (this.users === 0) await this.close();
  }

  /** Closes our own connections; a caller's pool stays open. */
  async close(): Promise<void> {
    const pool = this.ownPool;
    this.ownPool = undefined;
    await pool?.end();
  }

  private pool(): Pool {
    if (isPool(this.source)) return this.source;
    this.ownPool ??= smallPool(this.source, this.readTimeoutMs);
    return this.ownPool;
  }
}

function smallPool(source: string | ClientConfig, readTimeoutMs: number): Pool {
  const pool = new pg.Pool({
    ...ownConfig(source, readTimeoutMs),
    max: 2,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
  });
  pool.on('error', () => {}); // an idle connection that breaks is replaced at the next read
  return pool;
}

function timeoutError(readTimeoutMs: number): DatabaseConnectionError {
  return new DatabaseConnectionError('UNREACHABLE', `The database did not answer within ${readTimeoutMs} ms.`);
}
