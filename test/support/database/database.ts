import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { errorCode } from '../../../src/testing/embedded/error-code.js';

export interface TestDatabase {
  readonly name: string;
  readonly connectionString: string;
  /** A pool on this database, which `drop()` ends. */
  pool(config?: pg.PoolConfig): pg.Pool;
  /** One statement on a connection of its own, so that nothing stays open between two calls. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    params?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
  /** Ends the pools and drops the database, whoever is still connected. */
  drop(): Promise<void>;
}

const OBJECT_IN_USE = '55006';
const POOL_PATIENCE_MS = 1_000;

/** A fresh database on the server of this run. `name` is the start of its name, for whoever looks at the server. */
export async function createTestDatabase(name = 'test'): Promise<TestDatabase> {
  const server = serverUrl();
  const unique = `${name.replace(/\W+/g, '_').toLowerCase().slice(0, 40)}_${randomBytes(5).toString('hex')}`;
  await createDatabase(server, unique);
  const url = new URL(server);
  url.pathname = `/${unique}`;
  return new Database(unique, url.href, server);
}

/** The maintenance connection of this run's server, on which databases are created and dropped. */
export function serverUrl(): string {
  const url = process.env['MIGRATIONS_TEST_SERVER_URL'];
  if (!url) throw new Error('MIGRATIONS_TEST_SERVER_URL is not set; it comes from the global setup of Jest.');
  return url;
}

/** The rows of a query on the server of this run, or on one of its databases, on a connection of its own. */
export function query<Row extends pg.QueryResultRow>(sql: string, url = serverUrl()): Promise<Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(sql)).rows);
}

/** The role that the tests connect as, a superuser. */
export function serverRole(): string {
  return decodeURIComponent(new URL(serverUrl()).username);
}

class Database implements TestDatabase {
  readonly #pools: pg.Pool[] = [];

  constructor(
    readonly name: string,
    readonly connectionString: string,
    private readonly server: string,
  ) {}

  pool(config: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.connectionString, ...config });
    // Tests cut connections. Idle ones report to the pool, those in use to themselves.
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    this.#pools.push(pool);
    return pool;
  }

  query<Row extends pg.QueryResultRow>(sql: string, params?: unknown[]): Promise<pg.QueryResult<Row>> {
    return withClient(this.connectionString, (client) => client.query<Row>(sql, params));
  }

  async drop(): Promise<void> {
    // A client that a test never released would be waited for without end.
    const ended = Promise.all(this.#pools.splice(0).map(async (pool) => pool.ending || pool.end()));
    await Promise.race([ended, sleep(POOL_PATIENCE_MS, undefined, { ref: false })]);
    await withClient(this.server, (client) => client.query(`DROP DATABASE IF EXISTS "${this.name}" WITH (FORCE)`));
  }
}

/** Runs `work` on a connection that is closed afterwards. */
export async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, application_name: 'test-support' });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function createDatabase(server: string, name: string): Promise<void> {
  await withClient(server, async (client) => {
    const { rows } = await client.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    // Copying the files beats logging them page by page. Before 15 it was the only way, and had no name.
    const strategy = (rows[0]?.version ?? 0) >= 150_000 ? 'STRATEGY file_copy' : '';
    for (let attempt = 1; ; attempt++) {
      try {
        await client.query(`CREATE DATABASE "${name}" TEMPLATE template0 ${strategy}`);
        return;
      } catch (error) {
        // An autovacuum worker or a backup may be on the template for a moment.
        if (errorCode(error) !== OBJECT_IN_USE || attempt === 20) throw error;
        await sleep(50 * attempt);
      }
    }
  });
}
