import { beforeEach, describe, expect, test } from '@jest/globals';
import { migratorOn, type Files } from '../../support/migrator/migrator-on.js';
import { useTestDatabase } from '../../support/server/use-test-database.js';

const db = useTestDatabase();

beforeEach(() => db.query('DROP SCHEMA IF EXISTS a, b, c, shared CASCADE'));

/** The schemas that are covered after a run. */
async function covered(files: Files, before = ''): Promise<unknown> {
  if (before) await db.query(before);
  const { migrator } = await migratorOn(db, files);
  await migrator.migrate();
  const { rows } = await db.query('SELECT schemas FROM shared.schema_migrations_catalog ORDER BY id DESC LIMIT 1');
  return rows[0]?.['schemas'];
}

describe('a schema is covered once a migration has created something in it', () => {
  test.each([
    ['a schema', 'CREATE SCHEMA a'],
    ['a table', 'CREATE TABLE a.t (x integer)'],
    ['a partitioned table', 'CREATE TABLE a.t (x integer) PARTITION BY HASH (x)'],
    ['a view', 'CREATE VIEW a.v AS SELECT 1 AS one'],
    ['an enum', "CREATE TYPE a.e AS ENUM ('x')"],
    ['a function', "CREATE FUNCTION a.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'"],
    [
      'a table whose name only the server knows',
      "DO $$ BEGIN EXECUTE format('CREATE TABLE %I.%I (x integer)', 'a', 't'); END $$",
    ],
    ['a table found by the search path', 'SET search_path = a; CREATE TABLE t (x integer)'],
    ['a table in a file with its own transaction', 'BEGIN; CREATE TABLE a.t (x integer); COMMIT;'],
    [
      'a table in a non-transactional migration',
      '-- no-transaction\nSELECT 1; CREATE TABLE a.t (x integer); CREATE INDEX CONCURRENTLY i ON a.t (x)',
    ],
    [
      'a table that a non-transactional migration creates first of all',
      '-- no-transaction\nCREATE TABLE a.t (x integer); VACUUM a.t; SELECT 1; VACUUM',
    ],
    [
      'a table in a file that turns out to be non-transactional while it runs',
      'CREATE TABLE a.t (x integer); DO $$ BEGIN COMMIT; END $$; INSERT INTO b.t VALUES (1)',
    ],
  ])('%s', async (_, sql) => {
    const before = sql.startsWith('CREATE SCHEMA')
      ? ''
      : 'CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE b.t (x integer)';
    expect(await covered({ '1.sql': sql }, before)).toEqual(['a']);
  });

  test.each([
    ['rows', 'INSERT INTO a.t VALUES (1)'],
    ['a column', 'ALTER TABLE a.t ADD y integer'],
    ['an index', 'CREATE INDEX ON a.t (x)'],
    ['rights', 'GRANT SELECT ON a.t TO public'],
    ['a temporary table', 'CREATE TEMPORARY TABLE t (x integer)'],
    ['an extension', 'CREATE EXTENSION hstore SCHEMA a; DROP EXTENSION hstore; CREATE EXTENSION citext SCHEMA a'],
    ['rows, without a transaction', '-- no-transaction\nINSERT INTO a.t VALUES (1); VACUUM a.t'],
  ])('not by %s', async (_, sql) => {
    expect(await covered({ '1.sql': sql }, 'CREATE SCHEMA a; CREATE TABLE a.t (x integer)')).toEqual([]);
    await db.query('DROP EXTENSION IF EXISTS citext');
  });

  test('and stays covered after later runs', async () => {
    const first = { '1.sql': 'CREATE SCHEMA a; CREATE SCHEMA b' };
    expect(await covered(first)).toEqual(['a', 'b']);
    expect(await covered({ ...first, '2.sql': 'CREATE SCHEMA c' })).toEqual(['a', 'b', 'c']);
    expect(await covered({ ...first, '2.sql': 'CREATE SCHEMA c', '3.sql': 'SELECT 1' })).toEqual(['a', 'b', 'c']);
  });

  test('also if a run before the first record created it', async () => {
    const unrecorded = await migratorOn(db, { '1.sql': 'CREATE SCHEMA a' }, { catalog: false });
    await unrecorded.migrator.migrate();
    expect(await covered({ '1.sql': 'CREATE SCHEMA a', '2.sql': 'CREATE SCHEMA b' })).toEqual(['a', 'b']);
  });
});
