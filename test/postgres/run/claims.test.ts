import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LockTimeoutError, MigrationFailedError } from '../../../src/migrator.js';
import { withClient } from '../../support/database.js';
import { useEmptyDatabase } from '../../support/empty-database.js';
import { failureOf } from '../../support/failure-of.js';
import { outcomes } from '../../support/history-of.js';
import { expectNoLeftovers } from '../../support/leftovers.js';
import { migratorOn } from '../../support/migrator-on.js';
import { until } from '../../support/until.js';

const db = useEmptyDatabase('claims');
afterEach(() => expectNoLeftovers(db));

const asleep = async (): Promise<boolean> =>
  (await db.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`)).rows
    .length > 0;

describe('without the lock', () => {
  const options = { lock: 'off', timeouts: { tableLock: 100 } } as const;
  beforeEach(async () => {
    await db.query('CREATE TABLE runs ()');
    await (await migratorOn(db, { '0.sql': 'SELECT 0' })).migrator.migrate();
  });

  test('a migration that somebody else is at in a transaction is waited for, and not told as one that failed', async () => {
    const files = { '0.sql': 'SELECT 0', '1.sql': 'INSERT INTO runs SELECT FROM pg_sleep(1.5)' };
    const first = await migratorOn(db, files, options);
    const run = first.migrator.migrate();
    await until(asleep);
    const timeouts = { tableLock: 100, migrationLock: 200 };
    const impatient = await migratorOn(db, first.directory, { ...options, timeouts });
    expect((await failureOf(impatient.migrator.migrate(), LockTimeoutError)).message).toContain('Nothing was run here');
    const { migrator, events } = await migratorOn(db, first.directory, options);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect((await run).applied).toEqual(['1.sql']);
    expect(events.map(({ type }) => type)).toContain('waiting-for-lock');
    expect(events.map(({ type }) => type)).not.toContain('migration-retry');
    expect(await outcomes(db)).toEqual({ '0.sql': 'applied', '1.sql': 'applied' });
  });

  test('a migration that somebody else began in steps meanwhile is waited for, and its row left alone', async () => {
    const inSteps = '-- no-transaction\nINSERT INTO runs SELECT FROM pg_sleep(2.5)';
    const late = await migratorOn(
      db,
      { '0.sql': 'SELECT 0', '1.sql': 'SELECT pg_sleep(1)', '2.sql': inSteps },
      options,
    );
    const waiting = late.migrator.migrate();
    await until(asleep);
    const { migrator } = await migratorOn(db, { '0.sql': 'SELECT 0', '2.sql': inSteps }, options);
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
    expect((await waiting).applied).toEqual(['1.sql']);
    expect(late.events.map(({ type }) => type)).toContain('waiting-for-lock');
    expect((await db.query('SELECT FROM runs')).rows).toHaveLength(1);
    expect(await outcomes(db)).toEqual({ '0.sql': 'applied', '1.sql': 'applied', '2.sql': 'applied' });
  });
});

test('with the lock a history that somebody keeps locked is no other runner: the claim is tried again, and fails', async () => {
  await (await migratorOn(db, { '0.sql': 'SELECT 0' })).migrator.migrate();
  await withClient(db.connectionString, async (holder) => {
    await holder.query('BEGIN; LOCK TABLE shared.schema_migrations IN SHARE MODE');
    const { migrator, events } = await migratorOn(
      db,
      { '0.sql': 'SELECT 0', '1.sql': 'SELECT 1' },
      {
        timeouts: { tableLock: 50, tableLockRetries: 1 },
      },
    );
    const failing = failureOf(migrator.migrate(), MigrationFailedError);
    await until(() => events.some(({ type }) => type === 'migration-retry'));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await holder.query('COMMIT');
    expect((await failing).failure.server.sqlstate).toBe('55P03');
  });
});

test('without any lock eight runners apply each transactional file once', async () => {
  const files = {
    '1.sql': 'CREATE TABLE runs (n int)',
    '2.sql': 'INSERT INTO runs VALUES (1); SELECT pg_sleep(0.1)',
    '3.sql': 'INSERT INTO runs VALUES (2)',
  };
  const migrators = await Promise.all(Array.from({ length: 8 }, () => migratorOn(db, files, { lock: 'off' })));
  const runs = await Promise.all(migrators.map(({ migrator }) => migrator.migrate()));
  expect(runs.flatMap(({ applied }) => applied).toSorted()).toEqual(['1.sql', '2.sql', '3.sql']);
  expect((await db.query('SELECT count(*)::int AS n FROM runs')).rows).toEqual([{ n: 2 }]);
});
