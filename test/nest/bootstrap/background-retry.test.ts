import { afterEach, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BreakableProxy } from '../../../soak/breakable-proxy.js';
import { MIGRATIONS_READY, type MigrationsModuleOptions, type MigrationsReady } from '../../../src/index.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { terminate } from '../../support/database/terminate.js';
import { until } from '../../support/jest/until.js';
import { ask, startServing } from '../health/health-application.js';
import { eventsOf } from '../support/application.js';

const db = useEmptyDatabase('background_retry');
afterEach(() => expectNoLeftovers(db, { patienceMs: 10_000 }));

const closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const FILES = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two (); SELECT pg_sleep(1)' };

const SLEEPING = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
const sleeping = async (): Promise<boolean> => (await db.query(SLEEPING)).rows.length > 0;

/** Ends the connection from the server's side: what stands between, a proxy of a container say, may hide a client's. */
async function endSleeping(): Promise<void> {
  const { rows } = await db.query<{ pid: number }>(SLEEPING);
  await Promise.all(rows.map(({ pid }) => terminate(db, pid)));
}

async function start(files: Record<string, string>, options: MigrationsModuleOptions): Promise<INestApplication> {
  const directory = await migrationsDirectory(files);
  const app = await startServing({ directory, onBootstrap: 'background', ...options });
  app.get<MigrationsReady>(MIGRATIONS_READY).background?.catch(() => {});
  closing.unshift(() => app.close());
  return app;
}

describe('a background run that loses its connection for a moment', () => {
  test('is tried again within connectRetry, by itself', async () => {
    const app = await start(FILES, { connectionString: db.connectionString });
    const events = eventsOf(app);
    await until(sleeping);
    await endSleeping();
    const run = await app.get<MigrationsReady>(MIGRATIONS_READY).background;
    expect(run?.applied).toEqual(['2.sql']);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
    const ends = events.flatMap(({ type }) => (/^run-(finished|failed)$/.test(type) ? [type] : []));
    expect(ends).toEqual(['run-failed', 'run-finished']);
    expect(await ask(app)).toMatchObject({ code: 200, details: { message: 'up to date', applied: 2 } });
  });

  test('is begun again by the next health check when the time of connectRetry is over', async () => {
    const app = await start(FILES, { connectionString: db.connectionString, timeouts: { connectRetry: 0 } });
    const events = eventsOf(app);
    await until(sleeping);
    await endSleeping();
    await app.get<MigrationsReady>(MIGRATIONS_READY).background?.catch(() => {});
    await sleep(1_500);
    expect(events.map(({ type }) => type)).not.toContain('run-started'); // nobody has asked
    expect((await ask(app)).code).toBe(503);
    await until(async () => (await ask(app)).code === 200);
    expect(events.filter(({ type }) => type === 'run-started')).toHaveLength(1);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
  });
});

test('a database that comes up after connectRetry is migrated at the next health check, which says what is waited for', async () => {
  const port = await freePort();
  const url = new URL(db.connectionString);
  const target = { host: url.hostname, port: Number(url.port) };
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const app = await start(FILES, { connectionString: url.href, timeouts: { connectRetry: 1_000, connect: 1_000 } });
  await until(async () => String((await ask(app)).details['message']).includes('which cannot be reached'));
  await app.get<MigrationsReady>(MIGRATIONS_READY).background?.catch(() => {});
  await openDoor(port, target);
  await until(async () => (await ask(app)).code === 200);
  expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
});

test('what is under way is told anew for each attempt', async () => {
  const proxy = await BreakableProxy.start(db.connectionString);
  const app = await start(FILES, { connectionString: proxy.connectionString });
  await until(sleeping);
  expect((await ask(app)).details['message']).toMatch(/^migrating, 2 of 2, \d s in 2\.sql$/);
  const events = eventsOf(app);
  await proxy.close();
  await until(() => events.some(({ type }) => type === 'connection-retry'));
  expect((await ask(app)).details['message']).toBe('migrating: waiting for the database, which cannot be reached');
  await app.close();
});

test('an SQL error is not tried again, however often somebody asks', async () => {
  const app = await start(
    { '1.sql': 'SELECT pg_sleep(0.5); SELECT nothing' },
    { connectionString: db.connectionString },
  );
  const events = eventsOf(app);
  await app.get<MigrationsReady>(MIGRATIONS_READY).background?.catch(() => {});
  for (let i = 0; i < 5; i++) {
    expect(await ask(app)).toMatchObject({ code: 503, details: { message: '1.sql failed (SQLSTATE 42703)' } });
    await sleep(200);
  }
  expect(events.filter(({ type }) => type === 'run-failed')).toHaveLength(1);
  expect(events.map(({ type }) => type)).not.toContain('run-started');
});

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** From now on the port leads to the server. */
async function openDoor(port: number, target: { readonly host: string; readonly port: number }): Promise<void> {
  const server: Server = createServer((client) => {
    const upstream = connect(target);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => {});
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  closing.push(() => void server.close());
}
