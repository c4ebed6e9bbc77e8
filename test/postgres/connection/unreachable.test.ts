import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { DatabaseConnectionError, MigrationFailedError, runMigrationsWithTracking } from '../../../src/migrator.js';
import type { ConnectionRetry } from '../../../src/core/ports/ports.js';
import { connect } from '../../../src/postgres/connection/connect.js';
import { freePort } from '../../../src/testing/embedded/free-port.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { until } from '../../support/jest/until.js';
import { usePasswordServer } from './password-server.js';
import { expectNoSecret } from './secrets.js';

const db = useEmptyDatabase('unreachable');
const secured = usePasswordServer();
const files = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()' };
afterEach(() => expectNoLeftovers(db));

describe('a database that is not there', () => {
  test('is waited for, with growing pauses, and then migrated', async () => {
    await secured.server.stop();
    const { migrator, events } = await migratorOn(db, files, { connectionString: secured.appUrl() });
    const running = migrator.migrate();
    setTimeout(() => void secured.server.start(), 400);
    expect((await running).applied).toEqual(['1.sql', '2.sql']);
    const retries = events.flatMap((event) => (event.type === 'connection-retry' ? [event] : []));
    expect(retries.length).toBeGreaterThanOrEqual(2);
    expect(retries.map(({ attempt }) => attempt)).toEqual(retries.map((_, i) => i + 2));
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
    expect(events.filter(({ type }) => type === 'connection-retry').length).toBeGreaterThanOrEqual(1);
    expectNoSecret(error, url);
  });

  test('after the connection was lost is waited for too, with a report, before the run says what it applied', async () => {
    const { migrator, events } = await migratorOn(
      db,
      { '1.sql': 'SELECT 1', '2.sql': 'SELECT pg_sleep(60)' },
      { connectionString: secured.appUrl(), table: 'lost' },
    );
    const failing = failureOf(migrator.migrate(), DatabaseConnectionError);
    await until(() => events.some((event) => event.type === 'migration-started' && event.file === '2.sql'));
    await secured.server.stop();
    setTimeout(() => void secured.server.start(), 400);
    const error = await failing;
    expect(error.code).toBe('CONNECTION_LOST');
    expect(error.message).toContain('The history says: applied 1.sql; not applied 2.sql. Start again.');
    const retries = events.flatMap((event) => (event.type === 'connection-retry' ? [event] : []));
    expect(retries.length).toBeGreaterThanOrEqual(1);
    const [started] = events.flatMap((event) => (event.type === 'run-started' ? [event] : []));
    for (const { runId, reason } of retries) {
      expect(runId).toBe(started?.runId);
      expect(reason).toMatch(/cannot be reached: /);
    }
  });

  test('is retried with a report that says for how much longer', async () => {
    const url = `postgres://app:hunter2@127.0.0.1:${await freePort()}/app`;
    const retries: ConnectionRetry[] = [];
    const settings = {
      connectTimeoutMs: 500,
      connectRetryMs: 400,
      onRetry: (each: ConnectionRetry) => retries.push(each),
    };
    expect(await failureOf(connect(url, settings), DatabaseConnectionError)).toMatchObject({ code: 'UNREACHABLE' });
    expect(retries.length).toBeGreaterThanOrEqual(1);
    expect(retries.map(({ attempt }) => attempt)).toEqual(retries.map((_, i) => i + 2));
    for (const { reason, remainingMs } of retries) {
      expect(reason).toMatch(/cannot be reached: .*ECONNREFUSED/);
      expect(remainingMs).toBeGreaterThan(0);
      expect(remainingMs).toBeLessThanOrEqual(400);
    }
    expectNoSecret(retries);
  });

  test('is tried once when it is not to be waited for', async () => {
    const url = `postgres://app:hunter2@127.0.0.1:${await freePort()}/app`;
    const { migrator, events } = await migratorOn(db, files, { connectionString: url, timeouts: { connectRetry: 0 } });
    await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-failed']);
  });

  test('and whose pool is the caller’s is waited for too', async () => {
    await secured.server.stop();
    const pool = db.pool({ connectionString: secured.server.connectionString('app') });
    const directory = await migrationsDirectory({ '1.sql': 'SELECT 1' });
    const running = runMigrationsWithTracking(pool, { directory, table: 'pooled' });
    setTimeout(() => void secured.server.start(), 200);
    expect((await running).applied).toEqual(['1.sql']);
    await pool.end();
  });

  test('because it accepts and says nothing is given up after the time for one attempt', async () => {
    const silent = await silentServer();
    const url = `postgres://app:hunter2@127.0.0.1:${(silent.address() as AddressInfo).port}/app`;
    const noneFromPool =
      /the pool provided no connection( within 150 ms)?\. Either all .* are in use, or the server does not answer/;
    const noAnswer = /cannot be reached: the server did not answer within 150 ms\./;
    for (const [options, message, ofStatus] of [
      [{ connectionString: url }, noAnswer, noAnswer],
      [{ pool: db.pool({ connectionString: url, connectionTimeoutMillis: 500 }) }, noneFromPool, noneFromPool],
      [{ pool: db.pool({ connectionString: url, connectionTimeoutMillis: 50 }) }, /due to connection timeout/, /./],
    ] as const) {
      const timeouts = { connect: 150, connectRetry: 0, read: 150 };
      const { migrator } = await migratorOn(db, files, { ...options, timeouts });
      const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
      expect(error.code).toBe('UNREACHABLE');
      expect(error.message).toMatch(message);
      expectNoSecret(error, url);
      const fromStatus = await failureOf(migrator.status(), DatabaseConnectionError);
      expect(fromStatus.code).toBe('UNREACHABLE');
      expect(fromStatus.message).toMatch(ofStatus);
    }
    silent.close();
  });

  test('is never the reason given for an SQL error, which is not tried again', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    const { migrator, events } = await migratorOn(proxy, { '1.sql': 'SELECT 1/0' });
    expectNoSecret(await failureOf(migrator.migrate(), MigrationFailedError), proxy.connectionString);
    expect(proxy.traffic().connections).toBe(1);
    expect(proxy.messages.filter((text) => text.includes('1/0'))).toHaveLength(1);
    expect(events.map(({ type }) => type)).not.toContain('connection-retry');
  });
});

async function silentServer(): Promise<Server> {
  const silent = createServer((socket) => socket.on('error', () => {}).resume());
  silent.unref();
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  return silent;
}
