import pg from 'pg';
import type { ClientConfig, Pool } from 'pg';
import { DatabaseConnectionError } from '../../core/errors/errors.js';
import type { History } from '../../core/status/history.js';
import type { HistoryReader } from '../../core/ports/ports.js';
import type { TableName } from '../../core/target/table.js';
import type { ActingRole } from '../connection/acting-role.js';
import { isPool, lease, ownConfig, type Connection } from '../connection/connection.js';
import { readHistory } from './history-reader.js';
import { within } from '../connection/within.js';

const IDLE_MS = 10_000;

/**
 * Light reads of the history for status, health and drift: the application's own pool, or a small one of ours that
 * closes when idle.
 */
export class PgHistoryReader implements HistoryReader {
  private ownPool: Pool | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly table: TableName,
    /** How long a read may take in all, in ms. */
    private readonly timeoutMs: number,
    /** The role to read as, when it is not the one that logs in. */
    private readonly role?: ActingRole,
  ) {}

  /**
   * @throws DatabaseConnectionError when there is no answer in time; HistoryTableError when the table belongs to
   * something else.
   */
  async read(): Promise<History> {
    const deadline = Date.now() + this.timeoutMs;
    const leased = await lease(this.pool(), { timeoutMs: this.timeoutMs, retryForMs: 0 });
    let clean = false;
    try {
      const left = Math.max(1, deadline - Date.now());
      const history = await within(left, readHistory(leased.client, this.table, this.role), () =>
        tooLate(this.timeoutMs),
      );
      clean = true;
      return history;
    } finally {
      await leased.release(!clean);
    }
  }

  /** Closes connections of our own; a caller's pool is left alone. */
  async close(): Promise<void> {
    const pool = this.ownPool;
    this.ownPool = undefined;
    await pool?.end();
  }

  private pool(): Pool {
    if (isPool(this.connection)) return this.connection;
    this.ownPool ??= smallPool(this.connection, this.timeoutMs);
    return this.ownPool;
  }
}

function smallPool(connection: string | ClientConfig, timeoutMs: number): Pool {
  const pool = new pg.Pool({
    ...ownConfig(connection, timeoutMs),
    max: 2,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
  });
  pool.on('error', () => {}); // an idle connection that breaks is replaced at the next read
  return pool;
}

function tooLate(timeoutMs: number): DatabaseConnectionError {
  return new DatabaseConnectionError('UNREACHABLE', `The database did not answer within ${timeoutMs} ms.`);
}
