import { afterEach, describe, expect, test } from '@jest/globals';
import { LockLostError, MigrationFailedError } from '../../src/migrator.js';
import { lockKey } from '../../src/postgres/lock/lock.js';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { serverRole, withClient } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { type Files, migratorOn, type ObservedMigrator } from '../support/migrator/migrator-on.js';
import { until } from '../support/jest/until.js';

/** One test for each trap of putting our statements around a user's file; each is red without its cure. */
const db = useEmptyDatabase('traps');
afterEach(() => expectNoLeftovers(db));

async function run(files: Files): Promise<ObservedMigrator> {
  const observed = await migratorOn(db, files);
  expect((await observed.migrator.migrate()).applied).toEqual(Object.keys(files));
  expect(await outcomes(db)).toEqual(Object.fromEntries(Object.keys(files).map((file) => [file, 'applied'])));
  return observed;
}

const fail = async (files: Files): Promise<MigrationFailedError> =>
  failureOf((await migratorOn(db, files)).migrator.migrate(), MigrationFailedError);

const values = async (sql: string): Promise<unknown[]> =>
  (await db.query<unknown[] & Record<string, unknown>>(sql)).rows.map((row) => Object.values(row)[0]);

describe('a file that ends inside something open', () => {
  // The next file closes it: in one message with it, both would run, and one be recorded.
  test.each([
    ['/* open', '*/ CREATE TABLE c ()'],
    ['SELECT $x$ open', '$x$; CREATE TABLE c ()'],
    [`SELECT 'open`, `'; CREATE TABLE c ()`],
    ['SELECT "open', '"; CREATE TABLE c ()'],
  ])('swallows neither its completion nor the next file: %s', async (open, close) => {
    const error = await fail({ '1.sql': 'CREATE TABLE a ()', '2.sql': `CREATE TABLE b (); ${open}`, '3.sql': close });
    expect(error.failure).toMatchObject({ file: '2.sql', applied: ['1.sql'], server: { sqlstate: '42601' } });
    expect(await relations(db)).toEqual(['a']);
    expect(Object.keys(await outcomes(db))).toEqual(['1.sql', '2.sql']);
  });

  test('a last line that is a comment swallows nothing either', async () => {
    await run({ '1.sql': 'CREATE TABLE a () -- end', '2.sql': 'CREATE TABLE b () -- end', '3.sql': '-- all' });
    expect(await relations(db)).toEqual(['a', 'b']);
  });
});

describe('what stands between two files', () => {
  test('has a transaction of its own: it would join that of the next file, and be rolled back with it', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    await (await migratorOn(proxy, { '1.sql': 'SELECT 1', '2.sql': 'SELECT 2' })).migrator.migrate();
    const message = proxy.messages.find((text) => text.includes('SELECT 2')) ?? '';
    const ours = [...message.matchAll(/^(BEGIN|COMMIT|RESET|DISCARD|SET|DO)\b/gm)].map(([word]) => word);
    expect(ours.filter((word) => word === 'BEGIN')).toHaveLength(7); // two resets, two files, the clean-up, the texts, the end
    let open = false;
    for (const word of ours) {
      expect({ word, open }).toEqual({ word, open: word !== 'BEGIN' });
      open = word !== 'COMMIT';
    }
    expect(open).toBe(false);
  });

  test('does not break a following BEGIN with options', async () => {
    const level = `INSERT INTO seen SELECT current_setting('transaction_isolation')`;
    await run({
      '1.sql': 'CREATE TABLE seen (level text)',
      '2.sql': `BEGIN ISOLATION LEVEL SERIALIZABLE; ${level}; COMMIT;`,
      '3.sql': `START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE; ${level}; END`,
      '4.sql': level,
    });
    expect(await values('SELECT level FROM seen')).toEqual(['serializable', 'repeatable read', 'read committed']);
  });
});

describe('a file that gives up its rights', () => {
  test.each([
    'SET ROLE pg_monitor',
    'SET SESSION AUTHORIZATION pg_monitor',
    'SET LOCAL ROLE pg_monitor',
    'BEGIN; SET ROLE pg_monitor; COMMIT',
  ])('is recorded, and the next one has them: %s', async (sql) => {
    await run({ '1.sql': sql, '2.sql': 'CREATE TABLE whose AS SELECT current_user::text AS name, session_user::text' });
    expect(await values('SELECT name FROM whose')).toEqual([serverRole()]);
  });

  test('is recorded when it is not transactional, and keeps its role from step to step', async () => {
    await run({
      '1.sql': `CREATE TABLE whose (name text); GRANT ALL ON whose TO pg_monitor; GRANT USAGE ON SCHEMA public TO pg_monitor`,
      '2.sql': `-- no-transaction\nSET ROLE pg_monitor; INSERT INTO whose VALUES (current_user)`,
      '3.sql': 'INSERT INTO whose VALUES (current_user)',
    });
    expect(await values('SELECT name FROM whose')).toEqual(['pg_monitor', serverRole()]);
  });
});

describe('what RESET ALL leaves', () => {
  test.each<[sentence: string, leave: string, see: string]>([
    ['a role', 'SET ROLE pg_monitor', 'SELECT current_user <> session_user'],
    ['a role of steps', '-- no-transaction\nSET ROLE pg_monitor', 'SELECT current_user <> session_user'],
    ['a session authorization', 'SET SESSION AUTHORIZATION pg_monitor', `SELECT session_user <> '${serverRole()}'`],
    [
      'a session authorization of steps',
      '-- no-transaction\nSET SESSION AUTHORIZATION pg_monitor',
      `SELECT session_user <> '${serverRole()}'`,
    ],
    ['a temporary table', 'CREATE TEMP TABLE scratch ()', `SELECT to_regclass('scratch') IS NOT NULL`],
    ['a prepared statement', 'PREPARE p AS SELECT 1', 'SELECT EXISTS (SELECT FROM pg_prepared_statements)'],
    ['a held cursor', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1', 'SELECT EXISTS (SELECT FROM pg_cursors)'],
    ['a channel', 'LISTEN c', 'SELECT EXISTS (SELECT FROM pg_listening_channels())'],
    ['the last value of a sequence', `SELECT nextval('s')`, `SELECT lastval() IS NOT NULL`],
    ['a setting', `SET my.own = 'x'`, `SELECT current_setting('my.own', true) = 'x'`],
  ])('is not there in the next file: %s', async (_sentence, leave, see) => {
    const seen = `DO $$ DECLARE is_there bool; BEGIN ${see.replace('SELECT', 'is_there :=')}; INSERT INTO seen VALUES (is_there);
      EXCEPTION WHEN object_not_in_prerequisite_state THEN INSERT INTO seen VALUES (false); END $$`;
    await run({ '1.sql': 'CREATE SEQUENCE s; CREATE TABLE seen (it bool)', '2.sql': leave, '3.sql': seen });
    expect(await values('SELECT it IS TRUE FROM seen')).toEqual([false]);
  });
});

describe('the migration lock', () => {
  const holders = `INSERT INTO held SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`;

  test.each<[string, string]>([
    ['in its transaction', `SELECT pg_advisory_unlock_all(); -- ${'x'.repeat(1_000_000)}`],
    ['in its transaction, with DISCARD ALL as a step', 'CREATE TABLE other (); DISCARD ALL'],
    ['outside of a transaction', '-- no-transaction\nSELECT pg_advisory_unlock_all()'],
  ])('that a file drops %s is taken again before the next message', async (_sentence, drop) => {
    await run({ '1.sql': 'CREATE TABLE held (n int)', '2.sql': drop, '3.sql': holders });
    expect(await values('SELECT n FROM held')).toEqual([1]);
  });

  test('that somebody else took meanwhile stops the run, and what was applied stays recorded', async () => {
    await db.query('CREATE TABLE gate ()');
    const { migrator, events } = await migratorOn(db, {
      '1.sql': `SELECT pg_advisory_unlock_all(); LOCK gate -- ${'x'.repeat(1_000_000)}`,
      '2.sql': 'CREATE TABLE never ()',
    });
    await withClient(db.connectionString, async (other) => {
      await other.query('BEGIN; LOCK gate');
      const stopped = failureOf(migrator.migrate(), LockLostError);
      await until(() => events.some(({ type }) => type === 'migration-started'));
      const key = lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
      await until(async () => (await other.query(`SELECT pg_try_advisory_lock(${key}) AS it`)).rows[0]?.it === true);
      await other.query('COMMIT');
      expect((await stopped).message).toContain('released the migration lock');
    });
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
    expect(await relations(db)).toEqual(['gate']);
  });
});

describe('one message is one moment to now()', () => {
  test('but each file has a time and a duration of its own', async () => {
    await run({ '1.sql': 'SELECT pg_sleep(0.1)', '2.sql': 'SELECT pg_sleep(0.1)' });
    const [first, second] = await historyOf(db);
    expect((second?.executed_at.getTime() ?? 0) - (first?.executed_at.getTime() ?? 0)).toBeGreaterThanOrEqual(90);
    expect(first?.execution_time_ms).toBeGreaterThanOrEqual(100);
    expect(second?.execution_time_ms).toBeLessThan(190);
  });
});

describe('markers among the messages of the server', () => {
  test.each([
    'SET client_min_messages = error',
    'SET LOCAL client_min_messages = error',
    'SET client_min_messages = error; SET ROLE pg_monitor',
  ])('arrive although a file silences the server: %s', async (sql) => {
    const { events } = await run({ '1.sql': sql, '2.sql': 'SELECT 2' });
    const applied = events.flatMap((event) => (event.type === 'migration-applied' ? [event.file] : []));
    expect(applied).toEqual(['1.sql', '2.sql']);
  });

  test('cannot be forged by a file, nor taken for what it says', async () => {
    const { events } = await run({
      '1.sql': `DO $$ BEGIN RAISE INFO '0 2.sql'; RAISE INFO ' 5 2.sql'; END $$`,
      '2.sql': 'SELECT 2',
    });
    expect(events.filter(({ type }) => type === 'migration-notice')).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'migration-applied')).toHaveLength(2);
  });
});
