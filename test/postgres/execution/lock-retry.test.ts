import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { withClient } from '../../support/database/database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('lock_retry');
afterEach(() => expectNoLeftovers(db));

/** Holds a lock on the table `busy` until it is freed, or to the end. */
async function whileTableIsBusy<T>(work: (free: () => Promise<void>) => Promise<T>): Promise<T> {
  await db.query('CREATE TABLE busy ()');
  return withClient(db.connectionString, async (client) => {
    await client.query('BEGIN; LOCK TABLE busy IN ACCESS SHARE MODE');
    return work(async () => void (await client.query('COMMIT')));
  });
}

describe('a migration that cannot have its locks', () => {
  test('is rolled back and tried again, with those behind it untouched until it succeeds', async () => {
    await whileTableIsBusy(async (free) => {
      const emitted: string[] = [];
      const { migrator } = await migratorOn(
        db,
        {
          '1.sql': 'CREATE TABLE one ()',
          '2.sql': 'CREATE TABLE two (); ALTER TABLE busy ADD x int',
          '3.sql': 'CREATE TABLE three ()',
        },
        {
          timeouts: { tableLock: 50 },
          onEvent: (event) => {
            emitted.push('file' in event ? `${event.type} ${event.file}` : event.type);
            if (event.type === 'migration-retry' && event.attempt === 3) void free();
          },
        },
      );
      expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
      const of = (type: string): string[] => emitted.filter((each) => each.startsWith(type));
      expect(of('migration-retry').length).toBeGreaterThanOrEqual(2);
      expect(of('migration-applied')).toEqual([
        'migration-applied 1.sql',
        'migration-applied 2.sql',
        'migration-applied 3.sql',
      ]);
      expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied', '3.sql': 'applied' });
    });
  });

  test('fails in the end, when it never can', async () => {
    await whileTableIsBusy(async () => {
      const { migrator } = await migratorOn(
        db,
        { '1.sql': 'ALTER TABLE busy ADD x int' },
        { timeouts: { tableLock: 20, tableLockRetries: 1 } },
      );
      const error = await failureOf(migrator.migrate(), MigrationFailedError);
      expect(error.message).toContain('1.sql:1:1: canceling statement due to lock timeout (SQLSTATE 55P03)');
      expect(error.message).toContain('Another session holds a lock that it needs');
    });
  });

  test('in one transaction with others begins again with all of them', async () => {
    await whileTableIsBusy(async (free) => {
      const { migrator } = await migratorOn(
        db,
        { '1.sql': 'CREATE TABLE one ()', '2.sql': 'ALTER TABLE busy ADD x int' },
        {
          transaction: 'all',
          timeouts: { tableLock: 50 },
          onEvent: (event) => void (event.type === 'migration-retry' && free()),
        },
      );
      expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    });
  });

  test('that is not transactional tries its step again', async () => {
    await whileTableIsBusy(async (free) => {
      const { migrator, events } = await migratorOn(
        db,
        { '1.sql': '-- no-transaction\nCREATE TABLE one ();\nALTER TABLE busy ADD x int;' },
        { timeouts: { tableLock: 50 }, onEvent: (event) => void (event.type === 'migration-retry' && free()) },
      );
      expect((await migrator.migrate()).applied).toEqual(['1.sql']);
      expect(events.filter(({ type }) => type === 'migration-retry').length).toBeGreaterThan(0);
    });
  });

  test('is tried again outside of a transaction too, when it would keep the application from a table', async () => {
    await whileTableIsBusy(async (free) => {
      await db.query('CREATE TABLE shown (name text)');
      const file = `-- no-transaction\nVACUUM FULL busy;\nDO $$ BEGIN INSERT INTO shown VALUES (current_setting('lock_timeout')); COMMIT; END $$;`;
      const { migrator, events } = await migratorOn(
        db,
        { '1.sql': file },
        { timeouts: { tableLock: 50 }, onEvent: (event) => void (event.type === 'migration-retry' && free()) },
      );
      expect((await migrator.migrate()).applied).toEqual(['1.sql']);
      expect(events.filter(({ type }) => type === 'migration-retry').length).toBeGreaterThan(0);
      expect(await shown()).toEqual(['0']);
    });
  });
});

const shown = async (): Promise<string[]> =>
  (await db.query<{ name: string }>('SELECT name FROM shown')).rows.map(({ name }) => name);

describe('the limits of a file', () => {
  const show = `CREATE TABLE IF NOT EXISTS shown (name text); INSERT INTO shown VALUES (current_setting('lock_timeout') || ' ' || current_setting('statement_timeout'));`;
  test('are the defaults, or what its first lines say, and hold for that file alone', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': show,
      '2.sql': `-- lock-timeout: 30s\n-- statement-timeout: 5min\n${show}`,
      '3.sql': show,
      '4.sql': `-- no-transaction\n-- lock-timeout: 1min\n${show}`,
      '5.sql': `-- no-transaction\n${show}`,
    });
    await migrator.migrate();
    expect(await shown()).toEqual(['5s 0', '30s 5min', '5s 0', '1min 0', '5s 0']);
  });

  test('must be durations', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': `SELECT 1`, '2.sql': `-- lock-timeout: a while\n${show}` });
    await expect(migrator.migrate()).rejects.toThrow(
      '2.sql:1:1 has the directive "-- lock-timeout: a while", whose value is not a valid duration. Write it like 30s, 5min or 0.',
    );
  });

  test('do not make a concurrent build give up', async () => {
    await whileTableIsBusy(async (free) => {
      const { migrator } = await migratorOn(
        db,
        { '1.sql': 'CREATE INDEX CONCURRENTLY busy_i ON busy ((1))' },
        { timeouts: { tableLock: 20 } },
      );
      const run = migrator.migrate();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await free();
      expect((await run).applied).toEqual(['1.sql']);
    });
  });
});
