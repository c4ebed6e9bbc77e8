import { afterEach, describe, expect, test } from '@jest/globals';
import { InterruptedError } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/empty-database.js';
import { outcomes } from '../support/history-of.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { migratorOn } from '../support/migrator-on.js';

const db = useEmptyDatabase('interruption');
afterEach(() => expectNoLeftovers(db));

/** Gives the run up as soon as the server is in the statement that sleeps. */
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

describe('a run that is given up', () => {
  test('cancels the statement that runs, rolls its file back and records nothing of it', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE one ()',
      '2.sql': 'CREATE TABLE two (); SELECT pg_sleep(30)',
      '3.sql': 'CREATE TABLE three ()',
    });
    const startedAt = Date.now();
    const error = await interruptWhileSleeping((signal) => migrator.migrate(signal));
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error).toMatchObject({ by: 'SIGTERM', applied: ['1.sql'], pending: ['2.sql', '3.sql'] });
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
    expect((await db.query(`SELECT to_regclass('two') AS two`)).rows).toEqual([{ two: null }]);
  });

  test('in a file that runs in steps leaves it where it is, and the next run goes on there', async () => {
    const files = { '1.sql': '-- no-transaction\nCREATE TABLE one ();\nSELECT pg_sleep(30);\nCREATE TABLE two ();' };
    const { migrator, directory } = await migratorOn(db, files);
    expect(await interruptWhileSleeping((signal) => migrator.migrate(signal))).toBeInstanceOf(InterruptedError);
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
    expect(await interruptWhileSleeping((signal) => run.migrator.migrate(signal))).toBeInstanceOf(InterruptedError);
    const { rows } = await db.query(
      `SELECT running, steps_done FROM shared.schema_migrations WHERE migration_file = '1.sql'`,
    );
    expect(rows).toEqual([{ running: false, steps_done: 1 }]);
  });

  test('before it began changes nothing', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'CREATE TABLE one ()' });
    await expect(migrator.migrate(AbortSignal.abort('SIGINT'))).rejects.toThrow('interrupted by SIGINT');
    expect((await db.query(`SELECT to_regclass('one') AS one`)).rows).toEqual([{ one: null }]);
  });
});
