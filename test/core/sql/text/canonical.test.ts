import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalSql } from '../../../../src/core/sql/text/canonical.js';

describe('canonicalSql', () => {
  test.each<[string, string, string]>([
    ['comments', 'SELECT 1 -- one\n/* two */;', 'SELECT 1;'],
    ['line ends', 'SELECT\r\n1;\r\n', 'SELECT\n1;'],
    ['indentation', 'SELECT\n\t\t1 ;', 'SELECT 1;'],
    ['blanks around operators', 'SELECT a+1', 'SELECT a + 1'],
    ['a comment in place of a blank', 'SELECT/**/1', 'SELECT 1'],
    ['a comment at the very end', 'SELECT 1;\n-- end', 'SELECT 1;'],
  ])('is the same whatever the %s', (_, left, right) => {
    expect(canonicalSql(left)).toBe(canonicalSql(right));
  });

  test.each<[string, string, string]>([
    ['a blank inside a string', "SELECT 'a  b'", "SELECT 'a b'"],
    ['a line end inside a string', "SELECT 'a\r\nb'", "SELECT 'a\nb'"],
    ['what looks like a comment inside a string', "SELECT 'a -- b'", "SELECT 'a'"],
    ['a comment inside a function body', 'DO $$ BEGIN -- a\nEND $$', 'DO $$ BEGIN END $$'],
    ['a blank inside a quoted identifier', 'SELECT "a b"', 'SELECT "ab"'],
    ['a blank that makes an operator of two', 'SELECT a < = b', 'SELECT a <= b'],
    ['a blank between a prefix and its string', "SELECT E 'a'", "SELECT E'a'"],
    ['a blank inside a number', 'SELECT 1.5', 'SELECT 1 .5'],
    ['a blank inside a word', 'SELECT ab', 'SELECT a b'],
    ['the case of a word', 'SELECT A', 'SELECT a'],
    ['a semicolon', 'SELECT 1; SELECT 2', 'SELECT 1 SELECT 2'],
    ['what stands in an open string', "SELECT 'a", "SELECT 'b"],
  ])('is another for %s', (_, left, right) => {
    expect(canonicalSql(left)).not.toBe(canonicalSql(right));
  });

  test.each<[string, string]>([
    ['an empty text', ''],
    ['blanks', ' \n\t\r\n'],
    ['comments', '-- a\n/* b */\n-- c'],
  ])('is empty for %s', (_, text) => {
    expect(canonicalSql(text)).toBe('');
  });

  test('does not change when it is made again, nor when blanks and comments are put between the tokens', () => {
    const token = fc.constantFrom(
      'a',
      "'b  c'",
      '"d"',
      '1',
      '+',
      '-',
      '<=',
      '::',
      ';',
      '(',
      '$$ e $$',
      '$1',
      "E'\\'' ||",
      "U&'x'",
      '@>',
      '😀',
    );
    const blank = fc.constantFrom(' ', '\n', '\r\n', '\t', ' /* x */ ', ' -- y\n', ' /* /* z */ */\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(token, blank)), (parts) => {
        const canonical = canonicalSql(parts.map(([text]) => text).join(' '));
        expect(canonicalSql(parts.flat().join(''))).toBe(canonical);
        expect(canonicalSql(canonical)).toBe(canonical);
      }),
      { numRuns: 300 },
    );
  });
});
