import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError, RefusedError } from '../../../src/migrator.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { until } from '../../support/jest/until.js';
import { adding, ranOn } from './adding.js';

const db = useEmptyDatabase('without_lock');
afterEach(() => expectNoLeftovers(db));

describe('lock: "off"', () => {
  test.each([
    ['that builds an index concurrently', 'CREATE INDEX CONCURRENTLY i ON t (a)'],
    ['that says so', '-- no-transaction\nCREATE TABLE one ()'],
    ['that controls its transactions', 'BEGIN; CREATE TABLE one (); COMMIT; CREATE TABLE two ();'],
  ])('refuses a non-transactional migration %s, and with it the run', async (_which, text) => {
    await db.query('CREATE TABLE t (a int)');
    const { migrator, events } = await migratorOn(db, { ...adding('1.sql', '3.sql'), '2.sql': text }, { lock: 'off' });
    const { refusals, message } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals).toMatchObject([{ code: 'UNLOCKED', severity: 'error', subject: '2.sql' }]);
    expect(refusals[0]?.remedy).toMatch(/lock\b.* to "auto"/);
    expect(message).toContain('[UNLOCKED]');
    expect(message.match(/in a transaction/g) ?? []).toHaveLength(/CONCURRENTLY/.test(text) ? 1 : 0);
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-refused']);
    expect(await relations(db)).toEqual(['t']);
    expect((await db.query(`SELECT to_regnamespace('shared') AS shared`)).rows).toEqual([{ shared: null }]);
    expect((await migrator.plan()).refusals).toEqual(refusals);
  });

  test('is refused together with everything else that is wrong', async () => {
    const files = { '1.sql': '-- no-transaction\nSELECT 1', '2.sql': '\\set' };
    const { migrator } = await migratorOn(db, files, { lock: 'off' });
    const { refusals } = await failureOf(migrator.migrate(), RefusedError);
    expect(refusals.map(({ code }) => code).toSorted()).toEqual(['META_COMMAND', 'UNLOCKED']);
  });

  test('does not take over a non-transactional migration that another process is running', async () => {
    await db.query('CREATE TABLE t (a int)');
    const directory = await migrationsDirectory({ '1.sql': 'CREATE INDEX CONCURRENTLY i ON t (a)' });
    const [locked, unlocked] = [await migratorOn(db, directory), await migratorOn(db, directory, { lock: 'off' })];
    await withClient(db.connectionString, async (gatekeeper) => {
      await gatekeeper.query('BEGIN; INSERT INTO t VALUES (1)');
      const run = locked.migrator.migrate();
      await until(async () => (await relations(db)).includes('i'));
      const { refusals } = await failureOf(unlocked.migrator.migrate(), RefusedError);
      expect(refusals).toMatchObject([{ code: 'UNLOCKED', subject: '1.sql' }]);
      await gatekeeper.query('COMMIT');
      expect((await run).applied).toEqual(['1.sql']);
    });
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
    // Applied by the other one, it is nobody's to run any more.
    expect((await unlocked.migrator.migrate()).applied).toEqual([]);
  });

  test('does not run statement by statement what the server refuses to run in a transaction', async () => {
    await db.query('CREATE TABLE t (a int)');
    const text = 'INSERT INTO t VALUES (1);\nDO $$ BEGIN COMMIT; INSERT INTO t VALUES (2); END $$;';
    const { migrator } = await migratorOn(db, { '1.sql': text }, { lock: 'off' });
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure).toMatchObject({ server: { sqlstate: '2D000' }, aftermath: { kind: 'rolled-back' } });
    expect((await db.query('SELECT FROM t')).rowCount).toBe(0);
  });

  test('runs each transactional migration once, with two runners at once', async () => {
    const files = adding('1.sql', '2.sql', '3.sql', '4.sql', '5.sql', '6.sql');
    const directory = await migrationsDirectory(
      Object.fromEntries(
        Object.entries(files).map(([name, text]) => [name, `${text.toString()}\nSELECT pg_sleep(0.05);`]),
      ),
    );
    const runners = [
      await migratorOn(db, directory, { lock: 'off' }),
      await migratorOn(db, directory, { lock: 'off' }),
    ];
    const runs = await Promise.all(runners.map(({ migrator }) => migrator.migrate()));
    expect(runs.flatMap(({ applied }) => applied).toSorted()).toEqual(Object.keys(files));
    expect(await ranOn(db)).toEqual(Object.keys(files));
    expect(new Set(Object.values(await outcomes(db)))).toEqual(new Set(['applied']));
  });
});
