import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { inspect } from 'node:util';
import pg from 'pg';
import {
  ConfigurationError,
  DatabaseConnectionError,
  makeMigrator,
  type MigrationError,
  MigrationFailedError,
  type MigratorOptions,
  runMigrations,
  runMigrationsWithTracking,
} from '../../../src/migrator.js';
import type { EmbeddedServer } from '../../../tools/embedded-postgres/server.js';
import { freePort } from '../../../tools/embedded-postgres/free-port.js';
import { startCountingProxy } from '../../support/counting-proxy.js';
import { withClient } from '../../support/database.js';
import { useEmptyDatabase } from '../../support/empty-database.js';
import { failureOf } from '../../support/failure-of.js';
import { outcomes } from '../../support/history-of.js';
import { expectNoLeftovers } from '../../support/leftovers.js';
import { migratorOn } from '../../support/migrator-on.js';
import { startPrivateServer } from '../../support/private-server.js';
import { migrationsDirectory } from '../../support/temp-directory.js';

const db = useEmptyDatabase('connection');
const files = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()' };
const PASSWORD = 'hunter2/#: ñ';
let server: EmbeddedServer;

beforeAll(async () => {
  server = await startPrivateServer({ password_encryption: 'scram-sha-256' }); // before 14 it is not the default
  await withClient(server.connectionString(), async (client) => {
    await client.query(`CREATE ROLE app LOGIN SUPERUSER PASSWORD 'hunter2/#: ñ'`);
    await client.query('CREATE DATABASE app OWNER app');
  });
  const rules = 'host all app 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n';
  await writeFile(join(server.dataDirectory, 'pg_hba.conf'), rules);
  await withClient(server.connectionString(), (client) => client.query('SELECT pg_reload_conf()'));
});

/** The private server, as a role that needs its password. */
function appUrl(password: string | null = PASSWORD, database = 'app'): string {
  const url = new URL(server.connectionString(database));
  url.username = 'app';
  if (password !== null) url.password = encodeURIComponent(password);
  return url.href;
}

/** Everything that a log could make of an error. */
function everyText(error: unknown): string {
  const chain: unknown[] = [];
  for (let one: unknown = error; one !== undefined && chain.length < 9; one = (one as Error).cause) chain.push(one);
  return chain
    .map((one) =>
      [String(one), (one as Error).stack, JSON.stringify(one), inspect(one, { depth: 9, showHidden: true })].join('\n'),
    )
    .join('\n');
}

function expectNoSecret(subject: unknown, ...secrets: string[]): void {
  const text = subject instanceof Error ? everyText(subject) : JSON.stringify(subject);
  for (const secret of [...secrets, PASSWORD, encodeURIComponent(PASSWORD), 'hunter2'])
    expect(text).not.toContain(secret);
}

describe('a database that refuses', () => {
  const cases: [sentence: string, options: () => MigratorOptions, message: RegExp, sqlstate: string | undefined][] = [
    ['a wrong password', () => ({ connectionString: appUrl('hunter2-wrong') }), /password authentication failed .*28P01.*Check the password/, '28P01'],
    ['no password at all', () => ({ connectionString: appUrl(null) }), /No connection can be made: .*password/, undefined],
    ['an unknown role', () => ({ connectionString: server.connectionString('app').replace('postgres@', 'nobody@') }), /role "nobody" does not exist.*28000.*Check the role name/, '28000'],
    ['an unknown database', () => ({ connectionString: appUrl(PASSWORD, 'missing') }), /database "missing" does not exist.*3D000.*Create the database first/, '3D000'],
    ['a config with a wrong password', () => ({ connection: { host: '127.0.0.1', port: server.port, user: 'app', password: 'hunter2-no', database: 'app' } }), /28P01/, '28P01'],
    ['a pool with a wrong password', () => ({ pool: db.pool({ connectionString: appUrl('hunter2-pool') }) }), /28P01/, '28P01'],
    ['TLS that the server does not speak', () => ({ connectionString: `${appUrl()}?sslmode=require` }), /SSL/, undefined],
  ]; // prettier-ignore

  test.each(cases)(
    'because of %s is an error at once, without any secret',
    async (_sentence, options, message, sqlstate) => {
      const { migrator, events } = await migratorOn(db, files, options());
      const startedAt = performance.now();
      const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
      expect(error).toMatchObject({ code: 'CONNECTION_REFUSED', sqlstate });
      expect(error.message).toMatch(message);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(events).toEqual([]);
      expectNoSecret(error);
      const read = await failureOf(migrator.status(), DatabaseConnectionError);
      expectNoSecret(read);
    },
  );

  test.each([
    'postgres://app:hunter2@localhost:99999/db',
    'postgres://app:hunter2/x@localhost/db',
    'postgres://app:hunter2#x@localhost/db',
    'postgres://app:hunter2@[::/db',
  ])('because %s is no URL is an error at once, without any secret', async (connectionString) => {
    const { migrator, events } = await migratorOn(db, files, { connection: { connectionString } });
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error.code).toBe('CONNECTION_REFUSED');
    expect(events).toEqual([]);
    expectNoSecret(error);
    expectNoSecret(await failureOf(migrator.status(), DatabaseConnectionError));
  });

  test('options that contradict one another are named, without any secret', async () => {
    const options = { connectionString: appUrl('hunter2'), pool: db.pool(), password: 'hunter2', table: 'a b' };
    const error = await failureOf((async () => makeMigrator(options))(), ConfigurationError);
    expect(error.problems.length).toBeGreaterThanOrEqual(3);
    expectNoSecret(error, options.connectionString);
  });

  test('a pool that has ended is an error at once', async () => {
    const pool = db.pool();
    await pool.end();
    const { migrator, events } = await migratorOn(db, files, { pool });
    expect((await failureOf(migrator.migrate(), DatabaseConnectionError)).message).toContain('pool');
    expect(events).toEqual([]);
  });
});

describe('a database that is not there', () => {
  test('is waited for, with growing pauses, and then migrated', async () => {
    await server.stop();
    const { migrator, events } = await migratorOn(db, files, { connectionString: appUrl() });
    const running = migrator.migrate();
    setTimeout(() => void server.start(), 400);
    expect((await running).applied).toEqual(['1.sql', '2.sql']);
    const retries = events.flatMap((event) => (event.type === 'connection-retry' ? [event] : []));
    expect(retries.length).toBeGreaterThanOrEqual(2);
    expect(retries.map(({ attempt }) => attempt)).toEqual(retries.map((_, i) => i + 1));
    expect(retries[0]?.reason).toMatch(/cannot be reached: .*ECONNREFUSED/);
    expectNoSecret(events);
  });

  test('is waited for no longer than the option says', async () => {
    const url = `postgres://app:hunter2@127.0.0.1:${await freePort()}/app`;
    const { migrator, events } = await migratorOn(db, files, {
      connectionString: url,
      timeouts: { connectRetry: 300 },
    });
    const startedAt = performance.now();
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error.code).toBe('UNREACHABLE');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(events.length).toBeGreaterThanOrEqual(1);
    expectNoSecret(error, url);
  });

  test('is tried once when it is not to be waited for', async () => {
    const url = `postgres://app:hunter2@127.0.0.1:${await freePort()}/app`;
    const { migrator, events } = await migratorOn(db, files, { connectionString: url, timeouts: { connectRetry: 0 } });
    await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(events).toEqual([]);
  });

  test('and whose pool is the caller’s is waited for too', async () => {
    await server.stop();
    const pool = db.pool({ connectionString: server.connectionString('app') });
    const directory = await migrationsDirectory({ '1.sql': 'SELECT 1' });
    const running = runMigrationsWithTracking(pool, { directory, table: 'pooled' });
    setTimeout(() => void server.start(), 200);
    expect((await running).applied).toEqual(['1.sql']);
    await pool.end();
  });

  test('because it accepts and says nothing is given up after the time for one attempt', async () => {
    const silent = await silentServer();
    const url = `postgres://app:hunter2@127.0.0.1:${(silent.address() as AddressInfo).port}/app`;
    for (const options of [
      { connectionString: url },
      { pool: db.pool({ connectionString: url, connectionTimeoutMillis: 500 }) },
    ]) {
      const timeouts = { connect: 150, connectRetry: 0, read: 150 };
      const { migrator } = await migratorOn(db, files, { ...options, timeouts });
      const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
      expect(error.code).toBe('UNREACHABLE');
      expectNoSecret(error, url);
      expect(await failureOf(migrator.status(), DatabaseConnectionError)).toMatchObject({ code: 'UNREACHABLE' });
    }
    silent.close();
  });

  test('is never the reason given for an SQL error, which is not tried again', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    const { migrator, events } = await migratorOn(proxy, { '1.sql': 'SELECT 1/0' });
    expectNoSecret(await failureOf(migrator.migrate(), MigrationFailedError), proxy.connectionString);
    expect(proxy.connections()).toBe(1);
    expect(proxy.messages.filter((text) => text.includes('1/0'))).toHaveLength(1);
    expect(events.map(({ type }) => type)).not.toContain('connection-retry');
  });
});

describe('a connection that is lost', () => {
  test.each<[string, string]>([
    ['by the server', 'SELECT pg_terminate_backend(pg_backend_pid())'],
    ['by the server, in a file that runs in steps', 'SELECT pg_terminate_backend(pg_backend_pid()); VACUUM;'],
  ])('%s in a migration is said to be lost, and the next run goes on', async (_sentence, sql) => {
    const { migrator, directory, events } = await migratorOn(db, { ...files, '3.sql': sql });
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error.code).toBe('CONNECTION_LOST');
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', succeeded: false });
    expectNoSecret(error, db.connectionString);
    await writeFile(join(directory, '3.sql'), 'CREATE TABLE three ()');
    await migrator.migrate();
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied', '3.sql': 'applied' });
  });
});

const pidOf = async (pool: pg.Pool): Promise<number> =>
  (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;

describe('a pool of the caller’s', () => {
  test('with one client is enough for everything', async () => {
    const pool = db.pool({ max: 1 });
    const { migrator } = await migratorOn(db, files, { pool });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    await migrator.migrate();
    await migrator.status();
    await migrator.plan();
    await migrator.mark('2.sql');
    await migrator.baseline('2');
    await migrator.repair();
    await migrator.validate();
    await migrator.close();
    expect(pool.ended).toBe(false);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  test.each<[string, Record<string, string>]>([
    ['ran a migration', files],
    ['ran one that failed', { '1.sql': 'SELECT 1/0' }],
    ['ran one in steps', { '1.sql': 'VACUUM' }],
  ])('gets a client that %s destroyed', async (_sentence, migrations) => {
    const pool = db.pool({ max: 1 });
    const before = await pidOf(pool);
    await runMigrationsWithTracking(pool, { directory: await migrationsDirectory(migrations) }).catch(() => {});
    expect(pool.totalCount).toBe(0);
    expect(await pidOf(pool)).not.toBe(before);
    await pool.end();
  });

  test('gets the client of a run without tracking destroyed too', async () => {
    const pool = db.pool({ max: 1 });
    const before = await pidOf(pool);
    await runMigrations(pool, { directory: await migrationsDirectory(files) });
    expect(await pidOf(pool)).not.toBe(before);
    await pool.end();
  });

  test('gets the client of a run with nothing to do back, as it was', async () => {
    const directory = await migrationsDirectory(files);
    const pool = db.pool({ max: 1 });
    await runMigrationsWithTracking(pool, { directory });
    const client = await pool.connect();
    await client.query(`SET my.own = 'kept'; PREPARE mine AS SELECT 1`);
    const before = client.listenerCount('error') + client.listenerCount('notice');
    client.release();
    const pid = await pidOf(pool);
    for (let i = 0; i < 12; i++) await runMigrationsWithTracking(pool, { directory });
    const again = await pool.connect();
    expect(again.listenerCount('error') + again.listenerCount('notice')).toBe(before);
    expect((await again.query(`SELECT current_setting('my.own') AS own, pg_backend_pid() AS pid`)).rows).toEqual([
      { own: 'kept', pid },
    ]);
    again.release();
    await pool.end();
  });

  test('that gives no client in time is an error, and a client that comes late goes back', async () => {
    const pool = db.pool({ max: 1 });
    const client = await pool.connect();
    const { migrator } = await migratorOn(db, files, { pool, timeouts: { connect: 100, connectRetry: 0 } });
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('pool gave no connection within 100 ms'),
    });
    client.release();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
    await pool.end();
  });

  test('keeps no listener of ours', async () => {
    const pool = db.pool({ max: 2 });
    const count = (): number[] => pool.eventNames().map((name) => pool.listenerCount(name));
    const before = count();
    const directory = await migrationsDirectory({ '1.sql': 'SELECT 1' });
    for (let i = 0; i < 12; i++) await runMigrationsWithTracking(pool, { directory, table: `t${i}` });
    expect(count()).toEqual(before);
    await pool.end();
  });
});

describe('a server that only reads', () => {
  test('because the database says so, still serves a run with nothing to do, and refuses the rest', async () => {
    const { migrator, directory } = await migratorOn(db, files);
    await migrator.migrate();
    await db.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`,
    );
    expect((await migrator.migrate()).applied).toEqual([]);
    await writeFile(join(directory, '3.sql'), 'CREATE TABLE three ()');
    const refused = async (): Promise<MigrationError> => failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(await refused()).toMatchObject({ code: 'READ_ONLY', message: expect.stringContaining('read-only') });
    const fresh = await migratorOn(db, files, { table: 'fresh' });
    expect(await failureOf(fresh.migrator.migrate(), DatabaseConnectionError)).toMatchObject({ code: 'READ_ONLY' });
    expect((await migrator.status()).summary).toMatchObject({ applied: 2, pending: 1, failed: 0 });
    await withClient(db.connectionString, async (client) => {
      await client.query('SET default_transaction_read_only = off');
      await client.query(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$`,
      );
    });
    expect((await migrator.migrate()).applied).toEqual(['3.sql']);
  });

  test('because it is a standby, still serves a run with nothing to do, and refuses the rest', async () => {
    const url = server.connectionString('app');
    const { migrator, directory } = await migratorOn(
      db,
      { '1.sql': 'SELECT 1' },
      { connectionString: url, table: 'stood_by' },
    );
    await migrator.migrate();
    await server.stop();
    const signal = join(server.dataDirectory, 'standby.signal');
    await writeFile(signal, '', { mode: 0o666 });
    await server.start();
    expect((await migrator.migrate()).applied).toEqual([]);
    await writeFile(join(directory, '2.sql'), 'CREATE TABLE two_more ()');
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error).toMatchObject({ code: 'READ_ONLY', message: expect.stringContaining('read-only standby') });
    expect((await migrator.status()).summary).toMatchObject({ applied: 1, pending: 1 });
    await server.stop();
    await rm(signal, { force: true });
    await server.start();
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
  });
});

afterEach(() => expectNoLeftovers(db));

async function silentServer(): Promise<Server> {
  const silent = createServer((socket) => socket.on('error', () => {}).resume());
  silent.unref();
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  return silent;
}

test('a pool that was given its password as a field has it for the second connection as well', async () => {
  const pool = db.pool({
    connectionString: undefined,
    host: '127.0.0.1',
    port: server.port,
    user: 'app',
    password: PASSWORD,
    database: 'app',
  });
  const { migrator } = await migratorOn(
    db,
    { '7_second.sql': 'SELECT 1' },
    { pool, lock: 'transaction', table: 'second.history' },
  );
  expect((await migrator.migrate()).applied).toEqual(['7_second.sql']);
  await pool.end();
});
