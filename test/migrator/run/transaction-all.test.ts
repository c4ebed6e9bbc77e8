import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError, RefusedError } from '../../../src/migrator.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('transaction_all');
afterEach(() => expectNoLeftovers(db));

const all = { transaction: 'all' } as const;

describe('everything in one transaction', () => {
  test('is applied together, each with its row, its duration and its notices', async () => {
    const { migrator, events } = await migratorOn(
      db,
      {
        '1.sql': 'CREATE TABLE seen AS SELECT pg_current_xact_id() AS xid;',
        '2.sql': 'BEGIN; INSERT INTO seen SELECT pg_current_xact_id(); COMMIT; -- its own',
        '3.sql': `SELECT pg_sleep(0.05); INSERT INTO seen SELECT pg_current_xact_id(); CREATE TABLE IF NOT EXISTS seen ()`,
      },
      all,
    );
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    expect((await db.query('SELECT count(*)::int AS n, count(DISTINCT xid)::int AS xids FROM seen')).rows).toEqual([
      { n: 3, xids: 1 },
    ]);
    const rows = await historyOf(db);
    expect(rows.map(({ error_message }) => error_message)).toEqual([null, null, null]);
    expect(rows[2]?.execution_time_ms).toBeGreaterThanOrEqual(50);
    expect(rows[2]?.notices).toMatchObject([
      { message: 'line 1: did not create table seen, which already exists, created by 1.sql' },
      { sqlstate: '42P07', message: 'relation "seen" already exists, skipping' },
    ]);
    const types = events.map(({ type }) => type);
    expect(types.lastIndexOf('migration-started')).toBeLessThan(types.indexOf('migration-applied'));
  });

  test.each([
    ['begin', 'BEGIN ISOLATION LEVEL SERIALIZABLE'],
    ['BEGIN ISOLATION LEVEL REPEATABLE READ', 'begin isolation level serializable'],
    ['BEGIN ISOLATION LEVEL SERIALIZABLE', 'BEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ'],
  ])('has the strictest isolation level that a file asks for: %s, %s', async (first, second) => {
    const files = {
      '1.sql': `${first}; CREATE TABLE seen AS SELECT current_setting('transaction_isolation') AS level; COMMIT;`,
      '2.sql': `${second}; INSERT INTO seen SELECT current_setting('transaction_isolation'); COMMIT;`,
    };
    await (await migratorOn(db, files, all)).migrator.migrate();
    expect((await db.query('SELECT DISTINCT level FROM seen')).rows).toEqual([{ level: 'serializable' }]);
  });

  test('leaves nothing when one fails, records that one, and says that nothing stands', async () => {
    const { migrator, events } = await migratorOn(
      db,
      { '1.sql': 'CREATE TABLE one ()', '2.sql': 'SELECT 1;\nSELECT 1/0;', '3.sql': 'CREATE TABLE three ()' },
      all,
    );
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.message).toContain('2.sql:2:1: division by zero (SQLSTATE 22012)');
    expect(error.message).toContain('All migrations of this run were rolled back together');
    expect(error.failure).toMatchObject({
      aftermath: { kind: 'all-rolled-back' },
      file: '2.sql',
      applied: [],
    });
    expect(error.failure.pending).toEqual(['1.sql', '3.sql']);
    expect(events.filter(({ type }) => type === 'migration-applied')).toEqual([]);
    expect(await relations(db)).toEqual([]);
    expect(await outcomes(db)).toEqual({ '2.sql': 'division by zero (SQLSTATE 22012)' });
  });

  test('leaves nothing when the last COMMIT fails', async () => {
    const { migrator } = await migratorOn(
      db,
      {
        '1.sql':
          'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)',
        '2.sql': 'INSERT INTO c VALUES (1)',
        '3.sql': 'SELECT 3',
      },
      all,
    );
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.failure).toMatchObject({ server: { sqlstate: '23503' }, applied: [] });
    expect(await relations(db)).toEqual([]);
  });

  test('is refused before anything runs when a file cannot run in a transaction, all of them listed', async () => {
    const { migrator, events } = await migratorOn(
      db,
      {
        '1.sql': 'CREATE TABLE one ()',
        '2.sql': 'CREATE INDEX CONCURRENTLY i ON one ((1))',
        '3.sql': '-- no-transaction\nSELECT 1',
        '4.sql': 'VACUUM',
      },
      all,
    );
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.refusals.map(({ code, subject }) => `${subject} ${code}`)).toEqual([
      '2.sql NOT_TRANSACTIONAL',
      '3.sql NOT_TRANSACTIONAL',
      '4.sql NOT_TRANSACTIONAL',
    ]);
    expect(error.message).toContain(
      '2.sql cannot be part of one transaction: "CREATE INDEX CONCURRENTLY" cannot run in a transaction. Run it with the option "transaction" set to "each"',
    );
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'lock-acquired', 'run-refused']);
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });

  test('does not leak the session of one file into the next', async () => {
    const { migrator } = await migratorOn(
      db,
      {
        '1.sql': 'CREATE SCHEMA s; SET search_path = s; SET ROLE pg_monitor; RESET ROLE; CREATE TEMP TABLE scratch ()',
        '2.sql': `CREATE TABLE two AS SELECT to_regclass('pg_temp.scratch') IS NULL AS clean`,
        '3.sql': 'SET ROLE pg_monitor',
        '4.sql': 'CREATE TABLE four ()',
      },
      all,
    );
    await migrator.migrate();
    expect(await relations(db)).toEqual(['four', 'two']);
    expect((await db.query('SELECT clean FROM two')).rows).toEqual([{ clean: true }]);
  });

  test('takes the round trips of one message, however many files', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.sql`, `CREATE TABLE t${i} ()`]));
    await (await migratorOn(proxy, files, { ...all, catalog: false })).migrator.migrate();
    expect(proxy.messages.length).toBeLessThanOrEqual(8);
    expect(Object.keys(await outcomes(db))).toHaveLength(40);
  });

  test('runs a file that was not understood, and finds its error', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'CREATE TABLE one ()', '2.sql': 'SELECT 1;\nSELEC 2' }, all);
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(error.message).toContain('2.sql:2:1: syntax error');
    expect(await relations(db)).toEqual([]);
  });
});
