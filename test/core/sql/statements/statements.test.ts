import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalSql } from '../../../../src/core/sql/text/canonical.js';
import { splitLexically } from '../../../../src/core/sql/statements/split.js';
import { locateStatements } from '../../../../src/core/sql/statements/statements.js';
import { parseStatements } from '../../../../src/postgres/parser/parse-sql.js';
import { statementsOf } from './statements-of.js';

const texts = async (sql: string): Promise<string[]> =>
  (await statementsOf(sql)).map(({ start, end }) => sql.slice(start, end));

describe('the statements of a file, as the parser finds them', () => {
  test.each<[string, string, string[]]>([
    ['one without a semicolon', 'SELECT 1', ['SELECT 1']],
    ['none in an empty file', '', []],
    ['none in a file of blanks', ' \r\n\t\n', []],
    ['none in a file of comments', '-- a\n/* b; */ -- c', []],
    ['none between semicolons', ' ; ;\n;', []],
    [
      'two, without blanks and comments before them',
      '-- a;\n SELECT 1 ;\n/* b; */ SELECT 2;\n-- c',
      ['SELECT 1 ', 'SELECT 2'],
    ],
    ['those between empty ones', ';;SELECT 1;;SELECT 2;;', ['SELECT 1', 'SELECT 2']],
    ['the last with a comment for a last line', 'SELECT 1; SELECT 2 -- end', ['SELECT 1', 'SELECT 2 -- end']],
    ['those with CRLF', 'SELECT 1;\r\n\r\nSELECT 2;\r\n', ['SELECT 1', 'SELECT 2']],
    [
      'those behind non-ASCII text',
      "SELECT 'é';\nSELECT '😀', 'ü' ;\n-- 表\nSELECT 3;",
      ["SELECT 'é'", "SELECT '😀', 'ü' ", 'SELECT 3'],
    ],
    [
      'a function with semicolons in its body',
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ SELECT 1; SELECT 2 $x$; SELECT 3',
      ['CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ SELECT 1; SELECT 2 $x$', 'SELECT 3'],
    ],
    [
      'a function with a body of statements',
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END; SELECT 3;',
      [
        'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END',
        'SELECT 3',
      ],
    ],
    [
      'strings of every kind with semicolons in them',
      "SELECT 'a;b', E'\\';', U&'\\003b;', \";\"; SELECT 2",
      ["SELECT 'a;b', E'\\';', U&'\\003b;', \";\"", 'SELECT 2'],
    ],
    ['nested comments', 'SELECT /* a /* ; */ ; */ 1; SELECT 2', ['SELECT /* a /* ; */ ; */ 1', 'SELECT 2']],
    [
      'the jsonb operators',
      "SELECT a ? 'b', a ?| ARRAY['c;']; SELECT 2",
      ["SELECT a ? 'b', a ?| ARRAY['c;']", 'SELECT 2'],
    ],
  ])('%s', async (_, sql, expected) => {
    expect(await texts(sql)).toEqual(expected);
    expect(splitLexically(sql).map(({ start, end }) => sql.slice(start, end))).toEqual(expected);
  });

  test('are not known when the parser cannot read the file', async () => {
    expect(await parseStatements('SELECT 1; CREATE NOTHING AT ALL;')).toBeUndefined();
  });

  test('are placed by bytes of UTF-8, as libpg-query reports them', () => {
    const text = "SELECT 'é😀';\n SELECT 2";
    const located = locateStatements(text, [{ stmt_len: 15 }, { stmt_location: 16 }]);
    expect(located.map(({ start, end }) => text.slice(start, end))).toEqual(["SELECT 'é😀'", 'SELECT 2']);
  });
});

const statement = fc.constantFrom(
  'SELECT 1',
  "SELECT 'a;b'",
  "INSERT INTO größe VALUES ('😀', E'\\';', $$ ; $$)",
  "SELECT E'a'\n'b\\';c'",
  'CREATE TABLE "表;" (a int)',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END',
  'DO $x$ BEGIN\n  PERFORM 1; -- é\nEND $x$',
  'BEGIN',
  'COMMIT',
  'CREATE INDEX CONCURRENTLY i ON t (a)',
);
const between = fc
  .array(fc.constantFrom(';', '\n', '\r\n', ' ', '-- a; é 😀\n', '-- b\r\n', '/* c; /* 表 */ */', '\t'), {
    maxLength: 4,
  })
  .map((parts) => parts.join(''));
const file = fc
  .tuple(between, fc.array(fc.tuple(statement, between), { maxLength: 6 }))
  .map(([before, parts]) => before + parts.map(([sql, after]) => `${sql};${after}`).join(''));

describe('splitting by the real parser', () => {
  test('loses nothing: between the pieces there are only blanks, comments and semicolons', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (sql) => {
        const pieces = await statementsOf(sql);
        let at = 0;
        let rebuilt = '';
        for (const { start, end } of pieces) {
          const gap = sql.slice(at, start);
          expect(canonicalSql(gap).replace(/[; ]/g, '')).toBe('');
          expect(end).toBeGreaterThan(start);
          rebuilt += gap + sql.slice(start, end);
          at = end;
        }
        expect(canonicalSql(sql.slice(at)).replace(/[; ]/g, '')).toBe('');
        expect(rebuilt + sql.slice(at)).toBe(sql);
      }),
      { numRuns: 100 },
    );
  });

  test('gives pieces of which each parses alone, to the same statement', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (sql) => {
        for (const { start, end, node } of await statementsOf(sql)) {
          const alone = await statementsOf(sql.slice(start, end));
          expect(alone).toHaveLength(1);
          expect(withoutPlaces(alone[0]?.node)).toBe(withoutPlaces(node));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('gives the pieces that the lexer finds without it', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (sql) => {
        expect(splitLexically(sql).map((each) => places(each))).toEqual(
          (await statementsOf(sql)).map((each) => places(each)),
        );
      }),
      { numRuns: 100 },
    );
  });
});

function places({ start, end }: { start: number; end: number }): [number, number] {
  return [start, end];
}

function withoutPlaces(node: unknown): string {
  return JSON.stringify(node, (key, value: unknown) => (key === 'location' ? undefined : value));
}
