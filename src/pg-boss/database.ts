import { Pool, type ClientConfig, type QueryResult } from 'pg';
import type { Database } from './boss.js';

type Answer = Awaited<ReturnType<Database['executeSql']>>;

/** Shown in `pg_stat_activity`. */
const NAME = 'nestjs-pg-migrations queue';
/** How many connections a process opens for the queue: one takes jobs while others report results and heartbeats. */
const CONNECTIONS = 3;

/** The database of the queue. Connections are opened when they are needed. */
export class QueueDatabase implements Database {
  /**
   * Does not wait until a change is on disk: if the server crashes at that moment, the change is lost. With a pool of the
   * caller, whose sessions we do not change, it waits.
   */
  readonly hasty: Database;
  private readonly pool: Pool;
  private readonly ownPool: Pool | undefined;

  /** @param source a pool of the caller, which stays open, or how to connect. */
  constructor(source: Pool | ClientConfig | string) {
    this.pool = isPool(source) ? source : createPool(source);
    this.ownPool = isPool(source) ? undefined : this.pool;
    this.hasty = this.ownPool ? new HastyDatabase(this.ownPool) : this;
  }

  async executeSql(text: string, values?: readonly unknown[]): Promise<Answer> {
    return answerOf(await (values ? this.pool.query(text, [...values]) : this.pool.query(text)));
  }

  async close(): Promise<void> {
    await this.ownPool?.end();
  }
}

class HastyDatabase implements Database {
  constructor(private readonly pool: Pool) {}

  /** Behind a transaction-mode pooler, a setting of the session would stay with others. */
  async executeSql(text: string, values: readonly unknown[] = []): Promise<Answer> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN; SET LOCAL synchronous_commit = off');
      const answer = answerOf(await client.query(text, [...values]));
      await client.query('COMMIT');
      client.release();
      return answer;
    } catch (error) {
      client.release(true); // which also rolls back
      throw error;
    }
  }
}

function createPool(source: ClientConfig | string): Pool {
  const pool = new Pool({ application_name: NAME, ...configOf(source), max: CONNECTIONS });
  pool.on('error', () => {}); // an idle connection was lost; the next statement opens another one
  // A connection that was taken has no listener of the pool, and an error without one would end the process.
  pool.on('connect', (client) => client.on('error', () => {})); // the statement that was running reports it
  return pool;
}

function answerOf(result: QueryResult | QueryResult[]): Answer {
  return Array.isArray(result) ? { rows: result.flatMap(({ rows }) => rows as Answer['rows']) } : result;
}

function configOf(source: ClientConfig | string): ClientConfig {
  return typeof source === 'string' ? { connectionString: source } : source;
}

function isPool(source: unknown): source is Pool {
  return typeof source === 'object' && source !== null && 'query' in source && 'totalCount' in source;
}
