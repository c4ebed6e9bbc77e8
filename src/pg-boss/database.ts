import { Pool, type ClientConfig, type QueryResult } from 'pg';
import type { Database } from './boss.js';

/** Shown in `pg_stat_activity`. */
const NAME = 'nestjs-pg-migrations queue';
/** How many connections a process needs for the queue: one waits while the other one fetches. */
const CONNECTIONS = 2;

/** The database of the queue. Connections are opened when they are needed. */
export class QueueDatabase implements Database {
  private readonly own: Pool | undefined;
  private readonly pool: Pool;

  /** @param source a pool of the caller, which stays open, or how to connect. */
  constructor(source: Pool | ClientConfig | string) {
    const given = isPool(source) ? source : undefined;
    this.own = given ? undefined : new Pool({ application_name: NAME, ...configOf(source), max: CONNECTIONS });
    this.own?.on('error', () => {}); // an idle connection was lost; the next statement opens another one
    this.pool = given ?? (this.own as Pool);
  }

  async executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    const result: QueryResult | QueryResult[] = values
      ? await this.pool.query(text, [...values])
      : await this.pool.query(text);
    return Array.isArray(result) ? { rows: result.flatMap(({ rows }) => rows) } : result;
  }

  async close(): Promise<void> {
    await this.own?.end();
  }
}

function configOf(source: Pool | ClientConfig | string): ClientConfig {
  return typeof source === 'string' ? { connectionString: source } : (source as ClientConfig);
}

function isPool(source: unknown): source is Pool {
  return typeof source === 'object' && source !== null && 'query' in source && 'totalCount' in source;
}
