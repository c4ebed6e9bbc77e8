import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { realisticFiles } from '../../../../bench/files/realistic.js';
import { isOrdinary, judge } from './judge-ordinary.js';

const readMigration = (file: string): string => readFileSync(path.join('migrations', file), 'utf8');

describe('a file is ordinary', () => {
  test.each([
    ['without statements', '-- a\n;;'],
    ['with tables and rows', "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), ($1);\nSELECT 1.5, 'a;b', E'\\';' FROM t"],
    ['with a function', 'CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ COMMIT; $x$;'],
    ['with a block', 'DO LANGUAGE plpgsql $$ BEGIN COMMIT; CALL p(); END $$;'],
    ['with an index', 'CREATE UNIQUE INDEX IF NOT EXISTS i ON "T" (lower(a));'],
    ['with settings', "SET LOCAL lock_timeout = '1s'; RESET ALL; SET standard_conforming_strings = on;"],
    ['with a new schema and its elements', 'CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW v AS SELECT 1;'],
    ['with a lock for its transaction', 'SELECT pg_advisory_xact_lock(1);'],
    ['in a transaction of its own', '-- a\nBEGIN;\nUPDATE t SET a = 1;\nCOMMIT;\n-- b'],
    ['in a transaction of its own in other words', 'start transaction; END WORK'],
    ['with words that would matter outside of names, strings, comments and bodies', `
      -- CREATE INDEX CONCURRENTLY
      COMMENT ON TABLE "VACUUM" IS 'COMMIT; CONCURRENTLY';
      DROP FUNCTION IF EXISTS f, g /* VACUUM; */ CASCADE;
      ALTER TABLE t ADD COLUMN value text;`],
    ['with what only stops psql from running commands', '\\restrict x\nSELECT 1;\n\\unrestrict x\n'],
  ])('%s', async (_, text) => {
    expect(isOrdinary(text)).toBe(true);
    expect(await judge(text)).toBe('same');
  }); // prettier-ignore

  test.each([
    ...readdirSync('migrations').flatMap((file) =>
      file.startsWith('016') ? [] : [[file, readMigration(file)] as const],
    ),
    ...realisticFiles(32).map(({ label, sql }) => [label, sql] as const),
  ])('like those of a real application: %s', async (_, text) => {
    expect(await judge(text)).toBe('same');
  });
});

test.each(['SELECT (1', 'SELECT 1)', 'SELECT {{a}}', 'CREATE TABLE', 'DROP TABLE (; SELECT 1'])(
  'a mistake in an ordinary file is left to the server: %s',
  async (text) => {
    expect(await judge(text)).toBe('unreadable');
  },
);

describe('a file is not ordinary', () => {
  test.each([
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'drop index\nconcurrently i',
    'ALTER TABLE t DETACH PARTITION p /* a */ CONCURRENTLY',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY v',
    'VACUUM',
    'CLUSTER',
    'REINDEX TABLE t',
    'DISCARD ALL',
    'CALL p()',
    'CREATE DATABASE d',
    "CREATE TABLESPACE s LOCATION '/s'",
    'DROP SUBSCRIPTION s',
    'ALTER SYSTEM RESET ALL',
    "ALTER TYPE e ADD VALUE 'v'",
    'ALTER ROLE r SET a = 1',
    'ALTER DATABASE d SET a = 1',
    'SET TRANSACTION READ ONLY',
    'SET LOCAL TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
    'SELECT pg_advisory_lock(1)',
    'SELECT "pg_catalog"."pg_try_advisory_lock_shared"(1)',
    String.raw`SELECT U&"pg_\0061dvisory_lock"(1)`,
    'DO $$ BEGIN PERFORM pg_advisory_lock(1); END $$',
    String.raw`DO E'BEGIN PERFORM pg_\x61dvisory_lock(1); END'`,
    'COPY t FROM stdin;\n\\.\n',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END',
    'CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2)',
    'SET standard_conforming_strings = off; SELECT 1',
    'NEWER SYNTAX',
    'CREATE NEWER SYNTAX',
    'SELECT 1a',
    "SELECT 'a",
    'PREPARE p AS SELECT 1',
  ])('with %s', (sql) => {
    for (const text of [sql, `${sql};`, `SELECT 1; ${sql}; SELECT 2;`, `BEGIN; ${sql}; COMMIT;`])
      expect([text, isOrdinary(text)]).toEqual([text, false]);
  });

  test.each([
    'BEGIN',
    'COMMIT',
    'BEGIN READ ONLY; SELECT 1; COMMIT',
    'BEGIN; COMMIT; SELECT 1',
    'BEGIN; COMMIT; BEGIN; COMMIT',
    'BEGIN; SELECT 1; ROLLBACK',
    'BEGIN; SELECT 1; COMMIT AND CHAIN',
    'SELECT 1; COMMIT',
    'SELECT 1; BEGIN; COMMIT',
    'BEGIN; BEGIN; COMMIT',
    'START; COMMIT',
    'BEGIN; CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END',
  ])('that controls transactions in another way: %s', (text) => {
    expect(isOrdinary(text)).toBe(false);
  });
});
