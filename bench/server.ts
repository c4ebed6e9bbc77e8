import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findNativeDirectory, NEWEST } from '../tools/postgres-binaries.js';
import { type EmbeddedServer, startEmbeddedPostgres } from '../src/testing/embedded/server.js';
import { installPackage } from '../tools/install-package.js';

/**
 * Durability as PostgreSQL comes: every commit waits for the disk. Only what would disturb a measurement at random is off,
 * and 1,000 files in one transaction need more locks than there are by default.
 */
const SETTINGS = { autovacuum: 'off', checkpoint_timeout: '1d', max_locks_per_transaction: '256' };

/** A server on the disk, with the databases that are measured. */
export class BenchServer {
  private databases = 0;

  private constructor(
    private readonly server: EmbeddedServer,
    readonly version: string,
  ) {}

  /** @param version major version of PostgreSQL */
  static async start(version: string): Promise<BenchServer> {
    if (version !== NEWEST) installPackage('tools/postgres-versions');
    const server = await startEmbeddedPostgres({
      dataDirectory: await mkdtemp(join(tmpdir(), 'bench-')),
      nativeDirectory: findNativeDirectory(version),
      removeWhenParentDies: true,
      settings: SETTINGS,
    });
    const { rows } = await query<{ server_version: string }>(server.connectionString(), 'SHOW server_version');
    return new BenchServer(server, rows[0]?.server_version ?? '');
  }

  /** A fresh database; returns its connection string. */
  async createDatabase(): Promise<string> {
    const name = `bench_${++this.databases}`;
    await query(this.server.connectionString(), `CREATE DATABASE ${name}`);
    return this.server.connectionString(name);
  }

  async dropDatabase(connectionString: string): Promise<void> {
    const name = new URL(connectionString).pathname.slice(1);
    await query(this.server.connectionString(), `DROP DATABASE ${name} WITH (FORCE)`);
  }

  /** Prepares a database by `work`, whose commits do not wait for the disk: nobody measures them. */
  async prepare(connectionString: string, work: () => Promise<unknown>): Promise<void> {
    const name = new URL(connectionString).pathname.slice(1);
    await query(connectionString, `ALTER DATABASE ${name} SET synchronous_commit = off`);
    await work();
    await query(connectionString, `ALTER DATABASE ${name} RESET synchronous_commit`);
  }

  /** Writes out what earlier runs left dirty, so that it does not happen during a measurement. */
  async settle(): Promise<void> {
    await query(this.server.connectionString(), 'CHECKPOINT');
  }

  remove(): Promise<void> {
    return this.server.remove();
  }
}

/** One query on a connection of its own. */
export function query<Row extends pg.QueryResultRow>(
  connectionString: string,
  sql: string,
): Promise<pg.QueryResult<Row>> {
  return withClient(connectionString, (client) => client.query<Row>(sql));
}

export async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
