import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DatabaseError, LockTimeoutError, MigrationFailedError, RefusedError } from '../../../src/migrator.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { until } from '../../support/jest/until.js';

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

  test('a migration that another process is running in a transaction is waited for, and not reported as failed', async () => {
    const files = { '0.sql': 'SELECT 0', '1.sql': 'INSERT INTO runs SELECT FROM pg_sleep(1.5)' };
    const first = await migratorOn(db, files, options);
    const run = first.migrator.migrate();
    await until(asleep);
    const timeouts = { tableLock: 100, migrationLock: 200 };
    const impatient = await migratorOn(db, first.directory, { ...options, timeouts });
    expect((await failureOf(impatient.migrator.migrate(), LockTimeoutError)).message).toContain(
      'This run applied nothing',
    );
    const { migrator, events } = await migratorOn(db, first.directory, options);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect((await run).applied).toEqual(['1.sql']);
    expect(events.map(({ type }) => type)).toContain('lock-waiting');
    expect(events.map(({ type }) => type)).not.toContain('migration-retry');
    expect(await outcomes(db)).toEqual({ '0.sql': 'applied', '1.sql': 'applied' });
  });

  test('a migration that another process began statement by statement meanwhile is waited for, and its row left alone', async () => {
    // Only the server knows that it commits, so it is not refused for want of the lock.
    const committing = 'DO $$ BEGIN COMMIT; END $$; INSERT INTO runs SELECT FROM pg_sleep(2.5)';
    const late = await migratorOn(
      db,
      { '0.sql': 'SELECT 0', '1.sql': 'SELECT pg_sleep(1)', '2.sql': committing },
      options,
    );
    const waiting = late.migrator.migrate();
    await until(asleep);
    const { migrator, warnings } = await migratorOn(db, { '0.sql': 'SELECT 0', '2.sql': committing });
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
    expect(warnings()).toContainEqual(expect.stringContaining('[RUN_AS_STEPS]'));
    expect((await waiting).applied).toEqual(['1.sql']);
    expect(late.events.map(({ type }) => type)).toContain('lock-waiting');
    expect((await db.query('SELECT FROM runs')).rows).toHaveLength(1);
    expect(await outcomes(db)).toEqual({ '0.sql': 'applied', '1.sql': 'applied', '2.sql': 'applied' });
  });

  test.each([
    ['-- no-transaction\nINSERT INTO runs DEFAULT VALUES', { reason: 'declared' }, 'a comment at its top says so'],
    [
      'VACUUM runs',
      { reason: 'statement-outside-transaction', detail: 'VACUUM runs' },
      '"VACUUM runs" cannot run in a transaction',
    ],
  ])('a non-transactional migration is refused, with all others: %j', async (sql, why, text) => {
    const { migrator } = await migratorOn(
      db,
      { '0.sql': 'SELECT 0', '1.sql': 'CREATE TABLE one ()', '2.sql': sql },
      options,
    );
    const { refusals, message } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals).toMatchObject([{ code: 'UNLOCKED', severity: 'error', subject: '2.sql', ...why }]);
    expect(message).toContain(`2.sql is non-transactional (${text}), and without the migration lock`);
    expect(await outcomes(db)).toEqual({ '0.sql': 'applied' });
    expect((await db.query('SELECT FROM runs')).rows).toEqual([]);
  });

  test('a migration that the server refuses in a transaction fails in it, and is not run statement by statement', async () => {
    const committing = 'INSERT INTO runs DEFAULT VALUES; DO $$ BEGIN COMMIT; END $$;';
    const { migrator } = await migratorOn(db, { '0.sql': 'SELECT 0', '1.sql': committing }, options);
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure).toMatchObject({ server: { sqlstate: '2D000' }, aftermath: { kind: 'rolled-back' } });
    expect((await db.query('SELECT FROM runs')).rows).toEqual([]);
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
    const failing = failureOf(migrator.migrate(), DatabaseError);
    await until(() => events.some(({ type }) => type === 'migration-retry'));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await holder.query('COMMIT');
    const { server, message } = await failing;
    expect(server.sqlstate).toBe('55P03');
    expect(message).toContain(
      'Failed while recording 1.sql in the history, so it was rolled back: canceling statement',
    );
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
