import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quoteBody, quoteIdentifier, quoteLiteral } from '../../../../src/core/sql/text/quote.js';
import { statementOf } from '../statements/statements-of.js';

/** What libpg-query reads may hold anything but NUL. */
const awkward = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.constantFrom("'", '"', '\\', '$', '$body$', '$body', ';', '--', '/*', '\n', "E'", '😀'),
  ),
  { maxLength: 12 },
);
const text = awkward.map((parts) => parts.join('').replaceAll('\0', ''));

/** The string constants and the names of columns that PostgreSQL's parser reads. */
async function readBack(sql: string): Promise<{ value: string | undefined; name: string | undefined }> {
  const { node } = await statementOf(sql);
  const [target] = (
    node as {
      SelectStmt: { targetList: { ResTarget: { name?: string; val: { A_Const?: { sval?: { sval?: string } } } } }[] };
    }
  ).SelectStmt.targetList;
  return { value: target?.ResTarget.val.A_Const?.sval?.sval, name: target?.ResTarget.name };
}

describe('quoteIdentifier', () => {
  test.each([
    ['a', '"a"'],
    ['A b', '"A b"'],
    ['a"b', '"a""b"'],
    ['"; DROP TABLE t; --', '"""; DROP TABLE t; --"'],
  ])('%s becomes %s', (name, quoted) => {
    expect(quoteIdentifier(name)).toBe(quoted);
  });

  test('any name comes back from the parser as it was', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (name) => {
        fc.pre(name.length > 0 && Buffer.byteLength(name) <= 63);
        expect((await readBack(`SELECT 1 AS ${quoteIdentifier(name)}`)).name).toBe(name);
      }),
      { numRuns: 150 },
    );
  });
});

describe('quoteLiteral', () => {
  test.each<[string | number | null, string]>([
    ['a', "'a'"],
    ['', "''"],
    ["it's", "'it''s'"],
    ['a\\b', " E'a\\\\b'"],
    ["\\'; DROP TABLE t; --", " E'\\\\''; DROP TABLE t; --'"],
    [7, '7'],
    [-1.5, '-1.5'],
    [null, 'NULL'],
  ])('%p becomes %s', (value, quoted) => {
    expect(quoteLiteral(value)).toBe(quoted);
  });

  test('any value comes back from the parser as it was', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        expect((await readBack(`SELECT${quoteLiteral(value)}`)).value ?? '').toBe(value);
      }),
      { numRuns: 150 },
    );
  });

  test('a value with a backslash reads the same whatever standard_conforming_strings says: it is always an E string', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(quoteLiteral(value).startsWith(" E'")).toBe(value.includes('\\'));
      }),
      { numRuns: 100 },
    );
  });
});

describe('quoteBody', () => {
  test.each([
    ['BEGIN END', '$body$BEGIN END$body$'],
    ['a $body$ b', '$body1$a $body$ b$body1$'],
    ['a $body$ $body1$ b', '$body2$a $body$ $body1$ b$body2$'],
    ['ends in $body', '$body1$ends in $body$body1$'],
  ])('%s becomes %s', (body, quoted) => {
    expect(quoteBody(body)).toBe(quoted);
  });

  test('any body comes back from the parser as it was', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        expect((await readBack(`SELECT ${quoteBody(body)}`)).value ?? '').toBe(body);
      }),
      { numRuns: 150 },
    );
  });
});
