import { beforeAll, describe, expect, test } from '@jest/globals';
import { DatabaseConnectionError, InterruptedError, type MigratorOptions } from '../../../src/migrator.js';
import { type Freeze, startCountingProxy } from '../../support/programs/counting-proxy.js';
import { createTestDatabase } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { migratorOn, type Files } from '../../support/migrator/migrator-on.js';
import { describeWith } from '../../support/jest/needs.js';
import { startPgBouncer } from '../../support/database/pgbouncer.js';
import { until } from '../../support/jest/until.js';

const db = useEmptyDatabase('liveness');

const QUICK = { network: 200, connect: 500, connectRetry: 1_000 };
const FILES: Files = { '1.sql': 'CREATE TABLE one (); SELECT pg_sleep(0.5)', '2.sql': 'CREATE TABLE two ()' };

/** A migrator by way of a proxy that stops to answer. */
async function behindProxy(freeze: (text: string) => Freeze | undefined, files = FILES, options: MigratorOptions = {}) {
  const connectionString = options.connectionString ?? db.connectionString;
  const proxy = await startCountingProxy(connectionString, { freeze });
  return migratorOn(db, files, { timeouts: QUICK, ...options, connectionString: proxy.connectionString });
}

const once = (wanted: string, how: Freeze) => {
  let done = false;
  return (text: string): Freeze | undefined => {
    if (done || !text.includes(wanted)) return undefined;
    done = true;
    return how;
  };
};

/** By way of any connection string. */
function testLines(url: () => string): void {
  test('a statement that takes its time is waited for, however long nothing is heard', async () => {
    const { migrator, warnings } = await migratorOn(
      db,
      { '1.sql': 'SELECT pg_sleep(1.5)', '2.sql': '-- no-transaction\nSELECT pg_sleep(1.5)' },
      { connectionString: url(), timeouts: { network: 100 } },
    );
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    expect(warnings()).toEqual([]);
  });

  test('a line that dies on the way back: the history says that all was applied', async () => {
    const observed = await behindProxy(once('CREATE TABLE one', 'during'), FILES, { connectionString: url() });
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
    expect(observed.warnings().join()).toMatch(
      /The connection was lost .*: the server sent nothing for [\d.]+ s, and it is no longer working on this connection\./,
    );
  });

  test('a line that dies while the server is at work in another database is still found dead', async () => {
    const other = await createTestDatabase('liveness_other');
    const elsewhere = await migratorOn(other, { '1.sql': 'SELECT pg_sleep(300)' });
    const controller = new AbortController();
    const still = elsewhere.migrator.migrate({ signal: controller.signal }).catch(() => 'given up');
    await until(() => elsewhere.events.some(({ type }) => type === 'migration-started'));
    const observed = await behindProxy(once('CREATE TABLE one', 'during'), FILES, { connectionString: url() });
    expect((await observed.migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    controller.abort('the end of the test');
    expect(await still).toBe('given up');
    await other.drop();
  });

  test('a line that dies on the way there: the error says that nothing was applied', async () => {
    const { migrator } = await behindProxy(once('CREATE TABLE one', 'before'), FILES, { connectionString: url() });
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error.code).toBe('CONNECTION_LOST');
    expect(error.message).toContain('The history says: applied none; not applied 1.sql, 2.sql. Start again.');
  });
}

describe('over a direct connection', () => {
  testLines(() => db.connectionString);
});

describe('a network that stalls as a whole', () => {
  test.each(['before', 'during'] as const)('ends in an error within a bound: %s a message', async (how) => {
    let stalled = false;
    const { migrator } = await behindProxy((text) => {
      stalled ||= text.includes('CREATE TABLE one');
      return stalled ? how : undefined;
    });
    const startedAt = Date.now();
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(error.code).toBe('CONNECTION_LOST');
    expect(error.message).toContain('and a second connection could not be opened');
    expect(error.message).toContain('The history could not be read again');
  });

  test('while the history is read, or the lock is taken, is no hang either', async () => {
    for (const wanted of ['FROM "shared"."schema_migrations"', 'pg_try_advisory_lock', 'CREATE SCHEMA']) {
      const { migrator } = await behindProxy((text) => (text.includes(wanted) ? 'before' : undefined));
      expect((await failureOf(migrator.migrate(), DatabaseConnectionError)).code).toBe('CONNECTION_LOST');
    }
  });

  test('and a run that is told to stop while it reads what was applied stops', async () => {
    let stalled = false;
    let reading = false;
    const stall = (text: string): Freeze | undefined => {
      reading ||= stalled && text.includes('pg_is_in_recovery');
      stalled ||= text.includes('CREATE TABLE one');
      return stalled ? 'before' : undefined;
    };
    const { migrator } = await behindProxy(stall, FILES, { timeouts: { ...QUICK, connectRetry: 300_000 } });
    const controller = new AbortController();
    const ending = failureOf(migrator.migrate({ signal: controller.signal }), InterruptedError);
    await until(() => reading);
    controller.abort('SIGTERM');
    expect((await ending).message).toContain('the server could not be asked to stop');
  });

  test('lets a run that is told to stop go within the grace period', async () => {
    let stalled = false;
    const files = { '1.sql': 'CREATE TABLE one (); SELECT pg_sleep(3)' };
    const options = { timeouts: { ...QUICK, network: 60_000 } };
    const stall = (text: string): Freeze | undefined => {
      stalled ||= text.includes('CREATE TABLE one');
      return stalled ? 'during' : undefined;
    };
    const { migrator } = await behindProxy(stall, files, options);
    const controller = new AbortController();
    const startedAt = Date.now();
    const ending = failureOf(migrator.migrate({ signal: controller.signal }), InterruptedError);
    await until(() => stalled);
    await new Promise((resolve) => setTimeout(resolve, 3_500)); // the statement has finished, and no cancel is needed
    controller.abort('SIGTERM');
    expect((await ending).message).toContain('interrupted by SIGTERM; the server could not be asked to stop.');
    expect(Date.now() - startedAt).toBeLessThan(20_000);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });
});

describeWith('pgbouncer')('behind a pooler in transaction mode', () => {
  let pooled: string;
  beforeAll(async () => {
    pooled = await startPgBouncer(db.connectionString);
  });
  testLines(() => pooled);
});
