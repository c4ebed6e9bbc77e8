import { afterEach, describe, expect, test } from '@jest/globals';
import { MigrationFailedError, RefusedError } from '../../src/migrator.js';
import { startCountingProxy } from '../support/counting-proxy.js';
import { useEmptyDatabase } from '../support/empty-database.js';
import { failureOf } from '../support/failure-of.js';
import { historyOf, outcomes, relations } from '../support/history-of.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { type Files, migratorOn, type ObservedMigrator } from '../support/migrator-on.js';

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

const place = ({ failure: { location } }: MigrationFailedError): string => `${location?.line}:${location?.column}`;

describe('a file that ends inside something open', () => {
  test.each(['CREATE TABLE b (); /* open', 'CREATE TABLE b (); DO $x$ BEGIN', `CREATE TABLE b (); SELECT '`, 'CREATE TABLE b (); SELECT "'])(
    'swallows neither its completion nor the next file: %s',
    async (open) => {
      const error = await fail({ '1.sql': 'CREATE TABLE a ()', '2.sql': open, '3.sql': `CREATE TABLE c (); /* */ -- $x$ ' "` });
      expect(error.failure).toMatchObject({ file: '2.sql', applied: ['1.sql'], server: { sqlstate: '42601' } });
      expect(await relations(db)).toEqual(['a']);
      expect(Object.keys(await outcomes(db))).toEqual(['1.sql', '2.sql']);
    },
  );

  test('a last line that is a comment swallows nothing either', async () => {
    await run({ '1.sql': 'CREATE TABLE a () -- end', '2.sql': 'CREATE TABLE b () -- end', '3.sql': '-- all' });
    expect(await relations(db)).toEqual(['a', 'b']);
  });
});

describe('what stands between two files', () => {
  test('is not rolled back with the second one: the reset stays in effect', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    const files = { '1.sql': `SET TimeZone = 'Asia/Tokyo'; SET search_path = pg_catalog`, '2.sql': 'SELECT 1/0' };
    const { migrator } = await migratorOn(proxy, files);
    await failureOf(migrator.migrate(), MigrationFailedError);
    const message = proxy.messages.find((text) => text.includes('SELECT 1/0')) ?? '';
    // Everything before the claim of the second file has been committed by then.
    const beforeClaim = message.slice(0, message.lastIndexOf('BEGIN', message.lastIndexOf('DELETE FROM')));
    expect(beforeClaim.trimEnd()).toMatch(/COMMIT\s*;$/);
    const depth = [...message.matchAll(/^(BEGIN|COMMIT|RESET ALL|DO)\b/gm)].reduce((inside, [word]) => {
      expect(word === 'BEGIN' ? !inside : inside).toBe(true);
      return word !== 'COMMIT';
    }, false);
    expect(depth).toBe(false);
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
  test.each(['SET ROLE pg_monitor', 'SET SESSION AUTHORIZATION pg_monitor', 'SET LOCAL ROLE pg_monitor', 'BEGIN; SET ROLE pg_monitor; COMMIT'])(
    'is recorded, and the next one has them: %s',
    async (sql) => {
      await run({ '1.sql': sql, '2.sql': 'CREATE TABLE whose AS SELECT current_user::text AS name, session_user::text' });
      expect(await values('SELECT name FROM whose')).toEqual(['postgres']);
    },
  );

  test('is recorded when it runs in steps, and keeps its role from step to step', async () => {
    await run({
      '1.sql': `CREATE TABLE whose (name text); GRANT ALL ON whose TO pg_monitor`,
      '2.sql': `-- no-transaction\nSET ROLE pg_monitor; INSERT INTO whose VALUES (current_user)`,
      '3.sql': 'INSERT INTO whose VALUES (current_user)',
    });
    expect(await values('SELECT name FROM whose')).toEqual(['pg_monitor', 'postgres']);
  });
});

describe('what RESET ALL leaves', () => {
  test.each<[sentence: string, leave: string, see: string]>([
    ['a role', 'SET ROLE pg_monitor', 'SELECT current_user <> session_user'],
    ['a session authorization', 'SET SESSION AUTHORIZATION pg_monitor', `SELECT session_user <> 'postgres'`],
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
    ['in steps', '-- no-transaction\nSELECT pg_advisory_unlock_all()'],
  ])('that a file drops %s is taken again before the next message', async (_sentence, drop) => {
    await run({ '1.sql': 'CREATE TABLE held (n int)', '2.sql': drop, '3.sql': holders });
    expect(await values('SELECT n FROM held')).toEqual([1]);
  });

  test('that somebody else took meanwhile stops the run, and what was applied stays recorded', async () => {
    const { migrator: other } = await migratorOn(db, { '1.sql': 'SELECT 1' }, { timeouts: { migrationLock: 20_000 } });
    const { migrator } = await migratorOn(db, {
      '1.sql': `SELECT pg_advisory_unlock_all(); SELECT pg_sleep(0.7) -- ${'x'.repeat(1_000_000)}`,
      '2.sql': 'CREATE TABLE never ()',
    });
    const first = migrator.migrate();
    const second = other.mark('1.sql').catch(() => undefined);
    await Promise.allSettled([first, second]);
    expect((await outcomes(db))['1.sql']).toBe('applied');
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
  test.each(['SET client_min_messages = error', 'SET LOCAL client_min_messages = panic', 'SET client_min_messages = fatal; SET ROLE pg_monitor'])(
    'arrive although a file silences the server: %s',
    async (sql) => {
      const { events } = await run({ '1.sql': sql, '2.sql': 'SELECT 2' });
      const applied = events.flatMap((event) => (event.type === 'migration-applied' ? [event.file] : []));
      expect(applied).toEqual(['1.sql', '2.sql']);
    },
  );

  test('cannot be forged by a file, nor taken for what it says', async () => {
    const { events } = await run({ '1.sql': `DO $$ BEGIN RAISE INFO '0 2.sql'; RAISE INFO ' 5 2.sql'; END $$`, '2.sql': 'SELECT 2' });
    expect(events.filter(({ type }) => type === 'migration-notice')).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'migration-applied')).toHaveLength(2);
  });
});

describe('a file that says "no-transaction" where a driver must refuse it', () => {
  test.each<[string, string]>([
    ['\\set x 1', '\\set is a psql meta-command'],
    ['COPY t FROM stdin;\n1\n\\.', 'COPY … FROM stdin'],
  ])('is refused by its words, which come before any parser: %j', async (sql, reason) => {
    const { migrator } = await migratorOn(db, { '1.sql': `-- no-transaction\n${sql}` });
    expect((await failureOf(migrator.migrate(), RefusedError)).message).toContain(`1.sql:2:1: ${reason}`);
  });
});

test('a place in a file is told in characters, whatever counts in bytes: the parser, by counting, or the server', async () => {
  const text = `SELECT '😀é漢';\r\n/* 😀 */ `;
  expect(place(await fail({ '1.sql': `${text}CREATE TABLE pg_catalog.pg_class ()` }))).toBe('2:9');
  expect(place(await fail({ '1.sql': `${text}SELECT 1, '😀', nope` }))).toBe('2:24');
});
