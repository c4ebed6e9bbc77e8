import { afterEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { MigrationFailedError, RefusedError } from '../../src/migrator.js';
import { parseStatements } from '../../src/postgres/parser/parse-sql.js';
import { createTestDatabase } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { type Files, migratorOn } from '../support/migrator/migrator-on.js';
import { describeWith } from '../support/jest/needs.js';
import { runInPsql } from '../support/programs/psql.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

/**
 * The traps of how files are read, by us and by the server, and of how errors are located; each is red without its cure.
 */
const db = useEmptyDatabase('traps_of_reading');
afterEach(() => expectNoLeftovers(db));

const fail = async (files: Files): Promise<MigrationFailedError> =>
  failureOf((await migratorOn(db, files)).migrator.migrate(), MigrationFailedError);

const apply = async (files: Files): Promise<void> => {
  const { migrator } = await migratorOn(db, files);
  expect((await migrator.migrate()).applied).toEqual(Object.keys(files));
};

const place = ({ failure: { location } }: MigrationFailedError): string => `${location?.line}:${location?.column}`;

describe('standard_conforming_strings', () => {
  test('that a file turns off counts for the rest of that file, and not for the next', async () => {
    await apply({
      '1.sql': 'CREATE TABLE said (what text)',
      '2.sql': `SET standard_conforming_strings = off; INSERT INTO said VALUES ('it\\'s; one'); INSERT INTO said VALUES ('\\\\')`,
      '3.sql': `INSERT INTO said VALUES ('\\')`,
    });
    const { rows } = await db.query<{ what: string }>('SELECT what FROM said');
    expect(rows.map(({ what }) => what)).toEqual([`it's; one`, '\\', '\\']);
  });

  test('that a file turns off does not take its transaction away: all of it, or nothing', async () => {
    const error = await fail({
      '1.sql': `CREATE TABLE t (); SET standard_conforming_strings = off;\nSELECT 'it\\'s';\nSELECT 1/0`,
    });
    expect(place(error)).toBe('3:1');
    expect(error.failure.aftermath).toEqual({ kind: 'rolled-back' });
    expect(await relations(db)).toEqual([]);
  });
});

describe('an error without a position', () => {
  test.each<[sqlstate: string, sql: string]>([
    ['42P07', 'CREATE TABLE seed ()'],
    ['23505', 'INSERT INTO keyed VALUES (1)'],
    ['P0001', `DO $$ BEGIN RAISE 'no'; END $$`],
    ['55000', 'SELECT lastval()'],
  ])('%s is found by counting, in a message with others', async (sqlstate, sql) => {
    await db.query('CREATE TABLE seed (); CREATE TABLE keyed (id int PRIMARY KEY); INSERT INTO keyed VALUES (1)');
    const error = await fail({ '1.sql': 'SELECT 1; SELECT 2', '2.sql': `SELECT 1;;\n;-- why\n  ${sql};\nSELECT 3` });
    expect([error.failure.server.sqlstate, error.failure.server.position, place(error)]).toEqual([
      sqlstate,
      undefined,
      '3:3',
    ]);
  });

  test('at COMMIT, of a deferred constraint, names the file and records it', async () => {
    const late =
      'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)';
    const error = await fail({ '1.sql': late, '2.sql': 'INSERT INTO c VALUES (1)', '3.sql': 'CREATE TABLE never ()' });
    expect(error.failure).toMatchObject({ file: '2.sql', location: undefined, applied: ['1.sql'] });
    const [, second, third] = await historyOf(db);
    expect(second).toMatchObject({ error_message: expect.stringContaining('23503'), running: false });
    expect(third).toBeUndefined();
    // The ROLLBACK behind it warns that there is no transaction: that is not the file's.
    expect(second?.notices).toBeNull();
  });

  test.each<[string, string]>([
    ['at COMMIT', 'CREATE TABLE p (id int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO p VALUES (1), (1)'],
    ['in a step', '-- no-transaction\nSELECT 1; VACUUM nowhere'],
  ])('%s is followed by a ROLLBACK whose warning is not recorded', async (_sentence, sql) => {
    const observed = await migratorOn(db, { '1.sql': sql });
    await failureOf(observed.migrator.migrate(), MigrationFailedError);
    expect(observed.events.filter(({ type }) => type === 'migration-notice')).toEqual([]);
    expect(await historyOf(db)).toMatchObject([{ notices: null }]);
  });
});

test('"already exists, skipping" is recorded with its SQLSTATE, since the server names neither schema nor table', async () => {
  await apply({ '1.sql': 'CREATE TABLE t (id int)', '2.sql': 'CREATE TABLE IF NOT EXISTS t (other text)' });
  const [, second] = await historyOf(db);
  expect(second?.notices).toEqual([
    {
      severity: 'WARNING',
      sqlstate: '42P07',
      message:
        'line 1: did not create table t, which already exists, created by 1.sql, and differs from the statement: it has no column other; it has a column id',
    },
    { severity: 'NOTICE', sqlstate: '42P07', message: 'relation "t" already exists, skipping' },
  ]);
});

describe('SET TRANSACTION', () => {
  test.each([
    'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;',
    `SET LOCAL lock_timeout = '9s'; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;`,
    'BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;',
    'BEGIN ISOLATION LEVEL SERIALIZABLE;',
    'START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE, DEFERRABLE;',
  ])('comes before our claim, and holds: %s', async (sql) => {
    const end = /^(BEGIN|START)/.test(sql) ? 'COMMIT;' : '';
    await apply({
      '1.sql': 'SELECT 1',
      '2.sql': `${sql} CREATE TABLE level AS SELECT current_setting('transaction_isolation') AS it; ${end}`,
      '3.sql': `INSERT INTO level SELECT current_setting('transaction_isolation')`,
    });
    expect((await db.query('SELECT it FROM level')).rows).toEqual([{ it: 'serializable' }, { it: 'read committed' }]);
  });
});

test('a query_timeout of the caller does not give up on a file that the server goes on with', async () => {
  const files = { '1.sql': 'SELECT pg_sleep(0.3)', '2.sql': '-- no-transaction\nSELECT pg_sleep(0.3); VACUUM' };
  for (const connection of ['config', 'pool'] as const) {
    const pool = db.pool({ query_timeout: 100 });
    const config = { connectionString: db.connectionString, query_timeout: 100 };
    const options = {
      table: `by_${connection}.history`,
      ...(connection === 'pool' ? { pool } : { connection: config }),
    };
    const { migrator } = await migratorOn(db, files, options);
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    await pool.end();
  }
});

describe('the parser', () => {
  test('counts bytes, the server characters: places are given in characters', async () => {
    const text = `SELECT '😀é漢';\r\n/* 😀 */ `;
    expect(place(await fail({ '1.sql': `${text}CREATE TABLE pg_catalog.pg_class ()` }))).toBe('2:9');
    expect(place(await fail({ '2.sql': `${text}SELECT 1, '😀', nope` }))).toBe('2:24');
    expect(place(await fail({ '3.sql': `-- no-transaction\n${text}SELECT '😀', nope` }))).toBe('3:21');
  });

  test('is not asked about a file of 2 MB, which runs all the same, as one', async () => {
    expect(await parseStatements(`SELECT 1; -- ${'x'.repeat(2_000_000)}`)).toBeUndefined();
    const rows = Array.from({ length: 200 }, () => `('${'é😀;'.repeat(3_000)}')`).join(',');
    const error = await fail({ '1.sql': `CREATE TABLE big (t text);\nINSERT INTO big VALUES ${rows};\nSELECT 1/0;` });
    expect(error.failure.aftermath).toEqual({ kind: 'rolled-back' });
    expect(await relations(db)).toEqual([]);
  });

  test.each<[string, string]>([
    ['\\set x 1', 'uses the psql meta-command \\set,'],
    [`COPY t FROM stdin;\n1\t'it;\n`, 'copies from stdin, but no line'],
  ])(
    'would call %j a syntax error: the words are checked first, and the refusal says what to do',
    async (sql, reason) => {
      const { migrator } = await migratorOn(db, { '1.sql': `SELECT 1;\n${sql}` });
      expect((await failureOf(migrator.migrate(), RefusedError)).message).toContain(`1.sql:2:1 ${reason}`);
    },
  );

  test('of the server reads a whole message first: what it rejects in a later file keeps none before it back', async () => {
    // Here the server is stricter than our parser, as a server is that does not know a newer syntax.
    const url = `${db.connectionString}?options=${encodeURIComponent('-c backslash_quote=off')}`;
    const files = {
      '1.sql': 'CREATE TABLE a ()',
      '2.sql': 'CREATE TABLE b ()',
      '3.sql': `SELECT 1;\nSELECT E'it\\'s'`,
    };
    const { migrator } = await migratorOn(db, files, { connectionString: url });
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    expect([place(error), error.failure.applied]).toEqual(['2:8', ['1.sql', '2.sql']]);
    expect(await outcomes(db)).toMatchObject({ '1.sql': 'applied', '2.sql': 'applied' });
    expect(await relations(db)).toEqual(['a', 'b']);
  });
});

describeWith('psql')('psql', () => {
  test('and psql -1 end in different schemas after SET LOCAL search_path, so the comparison must choose', async () => {
    const other = await createTestDatabase('search_path');
    const sql = 'CREATE SCHEMA other; SET LOCAL search_path = other; CREATE TABLE t ();';
    const path = join(await migrationsDirectory({ '1.sql': sql }), '1.sql');
    const schema = `SELECT relnamespace::regnamespace::text AS name FROM pg_class WHERE relname = 't'`;
    await runInPsql(other.connectionString, path);
    expect((await other.query(schema)).rows).toEqual([{ name: 'public' }]);
    await other.query('DROP TABLE t; DROP SCHEMA other');
    await runInPsql(other.connectionString, path, { oneTransaction: true });
    expect((await other.query(schema)).rows).toEqual([{ name: 'other' }]);
    await apply({ '1.sql': sql });
    expect((await db.query(schema)).rows).toEqual([{ name: 'other' }]);
    await other.drop();
  });
});
