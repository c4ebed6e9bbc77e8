import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { DatabaseError } from 'pg';
import { SQLSTATE } from '../core/errors/sqlstate.js';
import { quoteIdentifier, quoteLiteral } from '../core/sql/text/quote.js';
import { urlOnDatabase } from '../core/target/database-url.js';
import { socketOf } from '../postgres/connection/driver.js';
import { retry } from '../timing/retry.js';
import { Once } from './once.js';
import { EPHEMERAL_SETTING, type ServerSource } from './server-source.js';

/** Prefix of the `application_name` of a process while its databases are in use. */
export const OWNER_PREFIX = 'nestjs-pg-migrations/testing ';

const COPY_ATTEMPTS = 40;
const COPY_PAUSES = { firstPauseMs: 50, longestPauseMs: 50, factor: 1 };

/** A connection to the server on which databases are created and dropped. It does not keep the process alive. */
export class Server {
  /** Part of the database names of this process. Without a session of this name, the databases are leftovers. */
  readonly owner = randomBytes(6).toString('hex');
  readonly #url = new Once(() => this.source.acquire());
  readonly #client = new Once(() => this.#connect());
  readonly #strategy = new Once(() => this.#fastestCopy());
  #busy = 0;
  /** Known once a query has been sent. */
  #anyDatabase = '';

  constructor(private readonly source: ServerSource) {}

  /** @throws the driver's error. */
  async query<Row extends object>(sql: string): Promise<Row[]> {
    const client = await this.#client.get();
    this.#keepAlive(client, 1);
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      this.#keepAlive(client, -1);
    }
  }

  /** The URL of a database of the server, after the first query. */
  urlOf(database: string): string {
    return urlOnDatabase(this.#anyDatabase, database);
  }

  /** @param template the database to copy, to which no session may be connected. */
  async createDatabase(name: string, template: string): Promise<void> {
    const strategy = await this.#strategy.get();
    const sql = `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(template)} ${strategy}`;
    await retry(() => this.query(sql), {
      ...COPY_PAUSES,
      // An autovacuum worker or a backup may be connected to the template for a moment.
      isTransient: (error, attempt) =>
        (error as DatabaseError).code === SQLSTATE.objectInUse && attempt < COPY_ATTEMPTS,
    });
  }

  /** Drops a database, even with open connections. */
  async dropDatabase(name: string): Promise<void> {
    await this.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
  }

  /** True for our embedded server, which stops with the test run. */
  async isEphemeral(): Promise<boolean> {
    const [row] = await this.query<{ setting: string | null }>(
      `SELECT current_setting(${quoteLiteral(EPHEMERAL_SETTING)}, true) AS setting`,
    );
    return row?.setting === 'on';
  }

  async close(): Promise<void> {
    const [connecting, acquiring] = [this.#client.take(), this.#url.take()];
    const client = await connecting?.catch(() => undefined);
    if (client) socketOf(client).ref(); // otherwise the process could end before the connection is closed
    await client?.end();
    const url = await acquiring?.catch(() => undefined);
    if (url !== undefined) await this.source.release();
  }

  async #connect(): Promise<pg.Client> {
    this.#anyDatabase = await this.#url.get();
    const client = new pg.Client({ connectionString: this.#anyDatabase, application_name: OWNER_PREFIX + this.owner });
    client.on('error', () => void this.#client.take()); // the query that was running reports it
    await client.connect();
    return client;
  }

  #keepAlive(client: pg.Client, change: 1 | -1): void {
    this.#busy += change;
    if (this.#busy > 0) socketOf(client).ref();
    else socketOf(client).unref();
  }

  /** Without fsync, copying files is faster than logging every page. With it, that would cost two checkpoints. */
  async #fastestCopy(): Promise<string> {
    const [row] = await this.query<{ copies: boolean }>(
      `SELECT current_setting('server_version_num')::int >= 150000 AND current_setting('fsync') = 'off' AS copies`,
    );
    return row?.copies ? 'STRATEGY file_copy' : '';
  }
}
