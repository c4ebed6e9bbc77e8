import { describe, expect, test } from '@jest/globals';
import { finding, renderFinding } from '../../../src/core/errors/finding.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { notAsked, refusals, statementTexts, transactional } from './compiled.js';

describe('a file runs in one transaction', () => {
  test.each([
    ['when it is ordinary', 'CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n'],
    ['when it is empty', ''],
    ['when it holds blanks only', '\r\n \t'],
    ['when it holds comments only', '-- a\n/* b */'],
    ['when it has no semicolon at the end', 'SELECT 1'],
    ['when its last line is a comment without a line end', 'SELECT 1;\n-- end'],
    ['when it has CRLF', 'SELECT 1;\r\nSELECT 2;\r\n'],
    ['when it must be in one: LOCK TABLE', 'LOCK TABLE t; DELETE FROM t;'],
    ['when it must be in one: SET LOCAL', "SET LOCAL lock_timeout = '1s'; SELECT 1;"],
    ['when it must be in one: a cursor', 'DECLARE c CURSOR FOR SELECT 1; FETCH c;'],
    [
      'when it must be in one: a temporary table',
      'CREATE TEMP TABLE x (a int) ON COMMIT DROP; INSERT INTO x VALUES (1);',
    ],
    ['when it has savepoints', 'SAVEPOINT s; SELECT 1; ROLLBACK TO s; RELEASE s;'],
    ['when it refreshes a view concurrently', 'REFRESH MATERIALIZED VIEW CONCURRENTLY v;'],
    ['when only a comment says CONCURRENTLY', '-- CREATE INDEX CONCURRENTLY\nCREATE INDEX i ON t (a);'],
    ['when only a string says it', "SELECT 'CREATE INDEX CONCURRENTLY i ON t (a)';"],
    [
      'when only a body says it',
      'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE $x$ DROP INDEX CONCURRENTLY i $x$; END $$;',
    ],
    ['when only a body commits', 'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;'],
    ['when it calls a procedure: only the server knows whether that commits', 'CALL p();'],
    ['when it reindexes a table: only the server knows whether that is partitioned', 'REINDEX TABLE t;'],
    ['when it adds an enum value and does not use it', "ALTER TYPE e ADD VALUE 'v';"],
    [
      'when it has a body of statements',
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;',
    ],
    ['when the directive stands too late', 'SELECT 1;\n-- no-transaction\n'],
  ])('%s, as it is', async (_, text) => {
    const program = await transactional(text);
    expect(program).toMatchObject({ begin: 'BEGIN', preamble: [], body: text, closed: true });
    expect(statementTexts(program)).toEqual(
      (await parseStatements(text))?.map(({ start, end }) => text.slice(start, end)),
    );
  });

  test('when the parser rejects it: the server judges', async () => {
    const text = 'CREATE NEWER SYNTAX;\nSELECT 1;';
    expect(await transactional(text)).toMatchObject({
      begin: 'BEGIN',
      body: text,
      statements: undefined,
      closed: true,
    });
  });

  test.each([
    ['string', "SELECT 1; SELECT 'a"],
    ['comment', 'COMMIT; /* a'],
    ['dollar quote', 'BEGIN; DO $$ BEGIN'],
  ])('when it ends in an open %s, and travels alone', async (_, text) => {
    expect(await transactional(text, notAsked)).toMatchObject({
      begin: 'BEGIN',
      body: text,
      statements: undefined,
      closed: false,
    });
  });
});

describe('a file that brings its own transaction', () => {
  test.each<[string, string, string, string, string[]]>([
    ['is unwrapped', 'BEGIN;\nSELECT 1;\nCOMMIT;\n', 'BEGIN', '     ;\nSELECT 1;\n      ;\n', ['SELECT 1']],
    [
      'is unwrapped behind comments',
      '-- a\nbegin;SELECT 1;end -- b',
      'begin',
      '-- a\n     ;SELECT 1;        ',
      ['SELECT 1'],
    ],
    [
      'keeps the options of its BEGIN',
      'START TRANSACTION\r\n ISOLATION LEVEL SERIALIZABLE;SELECT 1;COMMIT',
      'START TRANSACTION\r\n ISOLATION LEVEL SERIALIZABLE',
      `${' '.repeat(17)}\r\n${' '.repeat(29)};SELECT 1;      `,
      ['SELECT 1'],
    ],
    ['is unwrapped though it holds nothing', 'BEGIN; COMMIT;', 'BEGIN', '     ;       ;', []],
    [
      'is unwrapped behind non-ASCII text',
      "-- größe 😀\nBEGIN;\nSELECT 'é';\nCOMMIT;",
      'BEGIN',
      "-- größe 😀\n     ;\nSELECT 'é';\n      ;",
      ["SELECT 'é'"],
    ],
    [
      'is unwrapped with what the server will refuse',
      'BEGIN;VACUUM;COMMIT',
      'BEGIN',
      '     ;VACUUM;      ',
      ['VACUUM'],
    ],
    [
      'is unwrapped with an enum value that it adds and uses',
      "BEGIN;ALTER TYPE e ADD VALUE 'v';SELECT 'v'::e;COMMIT",
      'BEGIN',
      "     ;ALTER TYPE e ADD VALUE 'v';SELECT 'v'::e;      ",
      ["ALTER TYPE e ADD VALUE 'v'", "SELECT 'v'::e"],
    ],
    ['is unwrapped with savepoints', 'BEGIN;SAVEPOINT s;COMMIT', 'BEGIN', '     ;SAVEPOINT s;      ', ['SAVEPOINT s']],
  ])('%s', async (_, text, begin, body, statements) => {
    const program = await transactional(text);
    expect(program).toMatchObject({ begin, body, preamble: [] });
    expect(statementTexts(program)).toEqual(statements);
  });

  test('is unwrapped though the parser cannot read it, and the server counts its statements', async () => {
    const text = "-- é\nBEGIN;\nCREATE NEWER SYNTAX ('COMMIT;');\nCOMMIT;\n";
    expect(await transactional(text)).toMatchObject({
      begin: 'BEGIN',
      body: "-- é\n     ;\nCREATE NEWER SYNTAX ('COMMIT;');\n      ;\n",
      statements: undefined,
      closed: true,
    });
  });

  test.each([
    ['that nothing ends', 'SELECT 1;\nBEGIN;\nSELECT 2;', 2, 1],
    ['that nothing ends, behind emoji and CRLF', "SELECT '😀';\r\n/* 😀 */ BEGIN; SELECT 2;", 2, 9],
    ['of which a second one is not ended', 'BEGIN; COMMIT; BEGIN; SELECT 1;', 1, 16],
  ])('%s is refused', async (_, text, line, column) => {
    const found = await refusals(text);
    expect(found).toEqual([finding('OPEN_TRANSACTION', { subject: '001_a.sql', line, column })]);
    expect(found.map(renderFinding)).toEqual([expect.stringContaining('never ends. Add the COMMIT')]);
  });
});

describe('SET TRANSACTION', () => {
  const SET = 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE';
  test.each<[string, string, string[], string[]]>([
    ['as first statement runs before the claim', `${SET};SELECT 1`, [SET], ['SELECT 1']],
    ['behind BEGIN runs before the claim', `BEGIN;${SET};SELECT 1;COMMIT`, [SET], ['SELECT 1']],
    [
      'of several kinds runs before the claim',
      `${SET};SET TRANSACTION READ WRITE;SELECT 1`,
      [SET, 'SET TRANSACTION READ WRITE'],
      ['SELECT 1'],
    ],
    [
      'behind other settings runs before the claim, and they do not',
      `SET lock_timeout = 1;${SET};SELECT 1`,
      [SET],
      ['SET lock_timeout = 1', 'SELECT 1'],
    ],
    ['behind a query stays: PostgreSQL refuses it there anyway', `SELECT 1;${SET}`, [], ['SELECT 1', SET]],
    ['alone in a file', SET, [SET], []],
  ])('%s', async (_, text, preamble, statements) => {
    const program = await transactional(text);
    expect(program.preamble).toEqual(preamble);
    expect(statementTexts(program)).toEqual(statements);
    expect(program.body).toHaveLength(text.length);
    for (const hoisted of preamble) expect(program.body).not.toContain(hoisted);
  });
});
