import { afterEach, describe, expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { failing } from './failing.js';

const db = useEmptyDatabase('failure_location');
afterEach(() => expectNoLeftovers(db));

describe('where a migration failed is found', () => {
  const cases: [sentence: string, sql: string, place: string, excerpt: string][] = [
    ['by the server, in a syntax error', 'SELECT 1;\nSELEC 2;', '2:1', 'SELEC 2;\n^'],
    ['by the server, in the middle of a line', 'SELECT 1; SELECT nope;', '1:18', 'SELECT 1; SELECT nope;\n                 ^'],
    ['behind characters of two UTF-16 units', `SELECT '😀😀' AS "💥", nope;`, '1:21', `SELECT '😀😀' AS "💥", nope;\n                    ^`],
    ['behind accents and Chinese', `-- é漢字\nSELECT 'é漢字', nope;`, '2:15', `SELECT 'é漢字', nope;\n              ^`],
    ['with CRLF line ends', 'SELECT 1;\r\nSELECT 2;\r\n  SELECT nope;\r\n', '3:10', '  SELECT nope;\n         ^'],
    ['with CR line ends', 'SELECT 1;\rSELECT nope;\r', '2:8', 'SELECT nope;\n       ^'],
    ['behind tabs, which the caret line keeps', '\tSELECT nope;', '1:9', '\tSELECT nope;\n\t       ^'],
    ['by counting, for a table that exists (42P07)', 'SELECT 1;\nCREATE TABLE seed ();', '2:1', 'CREATE TABLE seed ();\n^'],
    ['by counting, for a duplicate key (23505)', 'SELECT 1;\n\n  -- why\n  INSERT INTO seed VALUES (1);', '4:3', '  INSERT INTO seed VALUES (1);\n  ^'],
    ['by counting, for an exception of a DO block (P0001)', `SELECT '1;2';\nDO $$ BEGIN\n RAISE EXCEPTION 'no'; END $$;`, '2:1', 'DO $$ BEGIN\n^'],
    ['by counting, behind emoji and CRLF', `SELECT '😀';\r\nSELECT 2;\r\nSELECT 1/(id-1) FROM seed;`, '3:1', 'SELECT 1/(id-1) FROM seed;\n^'],
    ['by counting, behind statements without text', ';;SELECT 1;;\n;SELECT 1/(id-1) FROM seed;;', '2:2', ';SELECT 1/(id-1) FROM seed;;\n ^'],
    ['by counting, inside its own BEGIN … COMMIT', 'BEGIN;\nSELECT 1;\nCREATE TABLE seed ();\nCOMMIT;', '3:1', 'CREATE TABLE seed ();\n^'],
    ['by the server, inside its own BEGIN … COMMIT', 'BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT nope;\nCOMMIT;', '2:8', 'SELECT nope;\n       ^'],
    ['by counting, behind SET TRANSACTION', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\nCREATE TABLE seed ();', '3:1', 'CREATE TABLE seed ();\n^'],
    ['by the server, in the body of a function', 'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETRN 1;\nEND $$;', '3:3', '  RETRN 1;\n  ^'],
  ]; // prettier-ignore

  test.each(cases)('%s', async (_sentence, sql, place, excerpt) => {
    const files = {
      '1_seed.sql': 'CREATE TABLE seed (id int PRIMARY KEY); INSERT INTO seed VALUES (1)',
      '2_é.sql': sql,
    };
    const error = await failing(db, files);
    const { location } = error.failure;
    expect(`${location?.line}:${location?.column}`).toBe(place);
    expect(location?.excerpt).toBe(excerpt);
    expect(error.message).toContain(`2_é.sql:${place}: `);
  });

  test.each<[string, string, string]>([
    ['by counting', 'SELECT 1;\nCREATE TABLE seed ();', '2:1'],
    ['by the server', 'SELECT 1;\nSELECT nope FROM seed;', '2:8'],
  ])('%s in file k of many, behind and before others', async (_sentence, sql, place) => {
    const others = Array.from({ length: 9 }, (_, i): [string, string] => [
      `${i + 1}_x.sql`,
      `CREATE TABLE ${i === 0 ? 'seed' : `x${i}`} (); SELECT '😀'; -- no line end`,
    ]);
    const error = await failing(db, { ...Object.fromEntries(others), '5_x.sql': sql });
    expect(error.message).toContain(`5_x.sql:${place}: `);
    expect(error.failure.applied).toEqual(['1_x.sql', '2_x.sql', '3_x.sql', '4_x.sql']);
    expect(error.failure.pending).toEqual(['6_x.sql', '7_x.sql', '8_x.sql', '9_x.sql']);
    expect(Object.keys(await outcomes(db))).toHaveLength(5);
  });

  test('nowhere, when a deferred constraint fails at COMMIT; the file is named all the same', async () => {
    const error = await failing(db, {
      '1.sql': 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)',
      '2.sql': 'INSERT INTO c VALUES (7);\nSELECT 1;',
      '3.sql': 'SELECT 3',
    });
    expect(error.message).toMatch(/^Migration failed at 2\.sql: insert or update on table "c" violates .*23503/);
    expect(error.failure).toMatchObject({ location: undefined, applied: ['1.sql'], pending: ['3.sql'] });
    expect(await outcomes(db)).toMatchObject({ '1.sql': 'applied', '2.sql': expect.stringContaining('23503') });
    expect((await db.query('SELECT FROM c')).rowCount).toBe(0);
  });

  test('with the hint, the detail and the context of the server', async () => {
    const error = await failing(db, {
      '1.sql': `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stop' USING HINT = 'try this', DETAIL = 'because', ERRCODE = 'ZZ123'; END $$;`,
      '2.sql': 'SELECT f();',
    });
    expect(error.message).toContain('2.sql:1:1: stop (SQLSTATE ZZ123)');
    expect(error.message).toContain(
      '\n  detail: because\n  hint: try this\n  context: PL/pgSQL function f() line 1 at RAISE',
    );
  });
});

describe('a file with a syntax error', () => {
  test('does not keep the files before it in the same message from being applied', async () => {
    const error = await failing(db, {
      '1.sql': 'CREATE TABLE t1 ()',
      '2.sql': 'CREATE TABLE t2 ()',
      '3.sql': 'CREATE TABEL t3 ()',
      '4.sql': 'CREATE TABLE t4 ()',
    });
    expect(error.message).toContain('3.sql:1:8: syntax error at or near "TABEL"');
    expect(error.failure.applied).toEqual(['1.sql', '2.sql']);
    expect(await relations(db)).toEqual(['t1', 't2']);
  });

  test.each<[string, string, RegExp]>([
    ['an open block comment', 'CREATE TABLE t2 ();\nSELECT 1 /* open', /2\.sql:2:10: unterminated \/\* comment/],
    ['an open dollar quote', 'CREATE TABLE t2 ();\nDO $x$ BEGIN', /2\.sql:2:4: unterminated dollar-quoted string/],
    ['an open string', `CREATE TABLE t2 ();\nSELECT 'open`, /2\.sql:2:8: unterminated quoted string/],
    ['an open quoted name', `CREATE TABLE t2 ();\nSELECT "open`, /2\.sql:2:8: unterminated quoted identifier/],
    ['an open nested comment', 'CREATE TABLE t2 ();\n/* a /* b */', /2\.sql:2:1: unterminated \/\* comment/],
  ])('of %s swallows nothing of what follows it', async (_sentence, sql, message) => {
    const error = await failing(db, { '1.sql': 'CREATE TABLE t1 ()', '2.sql': sql, '3.sql': 'CREATE TABLE t3 ()' });
    expect(error.message).toMatch(message);
    expect(await relations(db)).toEqual(['t1']);
    expect(Object.keys(await outcomes(db))).toEqual(['1.sql', '2.sql']);
  });
});
