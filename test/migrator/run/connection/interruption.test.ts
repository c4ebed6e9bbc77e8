import { afterEach, describe, expect, test } from '@jest/globals';
import { InterruptedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { withClient } from '../../../support/database/database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { outcomes } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { testSince } from '../../../support/server/since-version.js';
import { until } from '../../../support/jest/until.js';

const db = useEmptyDatabase('interruption');
afterEach(() => expectNoLeftovers(db));

/** Interrupts the run as soon as the server is in the statement that sleeps. */
async function interruptWhileSleeping(run: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  const controller = new AbortController();
  const ended = run(controller.signal).catch((error: unknown) => error);
  for (;;) {
    const { rows } = await db.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
    if (rows.length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  controller.abort('SIGTERM');
  return ended;
}

/** True when a backend of this database waits for a lock. */
const waitsForLock = async (): Promise<boolean> =>
  (
    await db.query(
      'SELECT FROM pg_locks JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND a.datname = current_database()',
    )
  ).rows.length > 0;

describe('a run that is interrupted', () => {
  test('cancels the statement that runs, rolls its file back and records nothing of it', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE one ()',
      '2.sql': 'CREATE TABLE two (); SELECT pg_sleep(30)',
      '3.sql': 'CREATE TABLE three ()',
    });
    const startedAt = Date.now();
    const error = await interruptWhileSleeping((signal) => migrator.migrate({ signal }));
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error).toMatchObject({
      by: 'SIGTERM',
      applied: ['1.sql'],
      pending: ['2.sql', '3.sql'],
      outcome: 'cancelled',
    });
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
    expect((await db.query(`SELECT to_regclass('two') AS two`)).rows).toEqual([{ two: null }]);
  });

  test('in a non-transactional file leaves it where it is, and the next run continues there', async () => {
    const files = { '1.sql': '-- no-transaction\nCREATE TABLE one ();\nSELECT pg_sleep(30);\nCREATE TABLE two ();' };
    const { migrator, directory } = await migratorOn(db, files);
    expect(await interruptWhileSleeping((signal) => migrator.migrate({ signal }))).toBeInstanceOf(InterruptedError);
    const { rows } = await db.query('SELECT running, steps_done, error_message FROM shared.schema_migrations');
    expect(rows).toEqual([{ running: false, steps_done: 1, error_message: 'interrupted in step 2 of 3' }]);

    const { writeFile } = await import('node:fs/promises');
    await writeFile(`${directory}/1.sql`, files['1.sql'].replace('pg_sleep(30)', 'pg_sleep(0)'));
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
  });

  test('records how far it came, although the recording takes longer than the next request to cancel', async () => {
    const files = { '1.sql': '-- no-transaction\nCREATE TABLE one ();\nSELECT pg_sleep(300);' };
    const { migrator } = await migratorOn(db, {});
    await migrator.migrate();
    await (await migratorOn(db, { '0.sql': 'SELECT 1' })).migrator.migrate();
    await db.query(`
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.8); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE UPDATE ON shared.schema_migrations FOR EACH ROW WHEN (OLD.steps_done = 1 AND NOT NEW.running) EXECUTE FUNCTION slow()`);
    const run = await migratorOn(db, files);
    expect(await interruptWhileSleeping((signal) => run.migrator.migrate({ signal }))).toBeInstanceOf(InterruptedError);
    const { rows } = await db.query(
      `SELECT running, steps_done FROM shared.schema_migrations WHERE migration_file = '1.sql'`,
    );
    expect(rows).toEqual([{ running: false, steps_done: 1 }]);
  });

  test('between two files leaves the next one alone, also when it is non-transactional', async () => {
    const controller = new AbortController();
    const { migrator } = await migratorOn(
      db,
      { '1.sql': 'CREATE TABLE one ()', '2.sql': '-- no-transaction\nCREATE TABLE two ()' },
      { onEvent: ({ type }) => void (type === 'migration-applied' && controller.abort('SIGTERM')) },
    );
    const error = await failureOf(migrator.migrate({ signal: controller.signal }), InterruptedError);
    expect(error).toMatchObject({ applied: ['1.sql'], pending: ['2.sql'], outcome: 'before' });
    expect(error.message).toBe('The run was interrupted by SIGTERM. Applied before: 1.sql. [INTERRUPTED]');
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
  });

  test('while the history table is brought up to date ends soon, however long that has to wait', async () => {
    await db.query('CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text PRIMARY KEY)');
    await withClient(db.connectionString, async (holder) => {
      await holder.query('BEGIN; SELECT FROM shared.schema_migrations');
      const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1' }, { timeouts: { tableLock: 20_000 } });
      const controller = new AbortController();
      const ended = failureOf(migrator.migrate({ signal: controller.signal }), InterruptedError);
      await until(waitsForLock);
      const startedAt = Date.now();
      controller.abort('SIGTERM');
      expect((await ended).by).toBe('SIGTERM');
      expect(Date.now() - startedAt).toBeLessThan(5_000);
      await holder.query('COMMIT');
    });
  });

  testSince(14, 'DETACH CONCURRENTLY')(
    'while it waits in the catalog, between steps, is reported as interrupted',
    async () => {
      await db.query(
        `CREATE TABLE parts (n int) PARTITION BY LIST (n); CREATE TABLE part PARTITION OF parts FOR VALUES IN (1)`,
      );
      await withClient(db.connectionString, async (holder) => {
        await holder.query('BEGIN; SELECT FROM parts');
        const file = { '1.sql': 'ALTER TABLE parts DETACH PARTITION part CONCURRENTLY' };
        const first = await migratorOn(db, file, { timeouts: { statement: 300 } });
        await expect(first.migrator.migrate()).rejects.toThrow('statement timeout');
        const { migrator } = await migratorOn(db, first.directory);
        const controller = new AbortController();
        const ended = failureOf(migrator.migrate({ signal: controller.signal }), InterruptedError);
        await until(waitsForLock);
        controller.abort('SIGTERM');
        expect((await ended).pending).toEqual(['1.sql']);
        await holder.query('COMMIT');
      });
    },
  );

  test('after it was planned and before anything was sent changes nothing, and says so', async () => {
    const controller = new AbortController();
    const { migrator } = await migratorOn(
      db,
      { '1.sql': 'CREATE TABLE one ()' },
      { onEvent: ({ type }) => void (type === 'run-planned' && controller.abort('SIGTERM')) },
    );
    const error = await failureOf(migrator.migrate({ signal: controller.signal }), InterruptedError);
    expect(error).toMatchObject({ outcome: 'before', applied: [], pending: ['1.sql'] });
    expect(error.message).toBe('The run was interrupted by SIGTERM before anything was run. [INTERRUPTED]');
    expect(await outcomes(db)).toEqual({});
  });

  test('by the end of its migrator is interrupted, and so is what is asked for later', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(30)' });
    const error = await interruptWhileSleeping((signal) => {
      signal.addEventListener('abort', () => void migrator.stop('the test'));
      return migrator.migrate();
    });
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error).toMatchObject({ by: 'the test', outcome: 'cancelled', pending: ['1.sql'] });
    for (const later of [() => migrator.migrate(), () => migrator.mark('1.sql'), () => migrator.repair()])
      expect(await failureOf(later(), InterruptedError)).toMatchObject({ by: 'the test', outcome: 'before' });
    expect(await outcomes(db)).toEqual({});
  });

  test('before it began changes nothing', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'CREATE TABLE one ()' });
    const error = await failureOf(migrator.migrate({ signal: AbortSignal.abort('SIGINT') }), InterruptedError);
    expect(error).toMatchObject({ by: 'SIGINT', outcome: 'before', applied: [] });
    expect(error.message).toBe('The run was interrupted by SIGINT before anything was run. [INTERRUPTED]');
    expect((await db.query(`SELECT to_regclass('one') AS one`)).rows).toEqual([{ one: null }]);
  });
});
