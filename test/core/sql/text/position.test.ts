import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countCodePoints, locate, offsetOfCodePoint } from '../../../../src/core/sql/text/position.js';

const text = fc
  .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('\n', '\r\n', '😀', 'é', '\t', '表')))
  .map((parts) => parts.join(''));

describe('countCodePoints', () => {
  test.each<[string, string, number]>([
    ['nothing', '', 0],
    ['ASCII', 'abc', 3],
    ['emoji as one each', 'a😀b😀', 4],
    ['CR and LF as one each', 'a\r\n', 3],
    ['a combining mark by itself', 'e\u0301', 2],
  ])('counts %s', (_, value, count) => {
    expect(countCodePoints(value)).toBe(count);
  });

  test('counts as iterating does', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(countCodePoints(value)).toBe(Array.from(value).length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('offsetOfCodePoint', () => {
  test.each<[string, string, number, number]>([
    ['the first', 'abc', 0, 0],
    ['one behind emoji', '😀😀x', 2, 4],
    ['one behind CRLF', 'a\r\nb', 3, 3],
    ['the end', 'a😀', 2, 3],
    ['past the end, which is the end', 'a😀', 9, 3],
  ])('finds %s', (_, value, codePoint, offset) => {
    expect(offsetOfCodePoint(value, codePoint)).toBe(offset);
  });

  test('is the way back from counting', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (value, n) => {
        const before = Array.from(value).slice(0, n).join('');
        expect(offsetOfCodePoint(value, n)).toBe(before.length);
        expect(countCodePoints(value.slice(0, offsetOfCodePoint(value, n)))).toBe(Array.from(before).length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('locate', () => {
  test.each<[string, string, string, [number, number]]>([
    ['the very beginning', 'X', 'X', [1, 1]],
    ['a later line', 'a\nbb X', 'X', [2, 4]],
    ['a line behind CRLF', 'a\r\nb\r\ncc X', 'X', [3, 4]],
    ['a line behind a lone CR', 'a\rbX', 'X', [2, 2]],
    ['a place behind emoji, in characters', "'😀😀' X", 'X', [1, 6]],
    ['a place behind emoji in an earlier line', '😀\r\n X', 'X', [2, 2]],
    ['a place behind letters of several bytes', 'äöü表X', 'X', [1, 5]],
    ['the end of a line, before LF', 'ab\nc', '\n', [1, 3]],
    ['the end of a line, before CRLF', 'ab\r\nc', '\r', [1, 3]],
    ['the end of a line, inside CRLF', 'ab\r\nc', '\n', [1, 3]],
  ])('finds %s', (_, value, mark, [line, column]) => {
    expect(locate(value, value.indexOf(mark))).toMatchObject({ line, column });
  });

  test('finds the end of the text for any offset behind it', () => {
    expect(locate('a\nbc', 99)).toMatchObject({ line: 2, column: 3 });
    expect(locate('', 0)).toEqual({ line: 1, column: 1, excerpt: '\n^' });
  });

  test.each<[string, string, string]>([
    ['under the column', 'a\nSELECT X FROM t\nb', 'SELECT X FROM t\n       ^'],
    ['without the CR of the line', 'a\r\nb X\r\nc', 'b X\n  ^'],
    ['one blank for an emoji', "'😀' X", "'😀' X\n    ^"],
    ['behind the same tabs', '\ta\tX', '\ta\tX\n\t \t^'],
  ])('puts the caret %s', (_, value, excerpt) => {
    expect(locate(value, value.indexOf('X')).excerpt).toBe(excerpt);
  });

  test.each<[string, number, number]>([
    ['at its beginning', 0, 500],
    ['in its middle', 300, 300],
    ['at its end', 500, 0],
  ])('cuts a long line around the place: %s', (_, before, after) => {
    const { excerpt } = locate(`${'a'.repeat(before)}X${'b'.repeat(after)}`, before);
    const [line = '', caret = ''] = excerpt.split('\n');
    expect(line.length).toBeLessThanOrEqual(112);
    expect(line[caret.indexOf('^')]).toBe('X');
    expect(line.startsWith('…')).toBe(before > 0);
    expect(line.endsWith('…')).toBe(after > 0);
  });

  test('never cuts an emoji in two, and points at the character, for any text and place', () => {
    fc.assert(
      fc.property(text, fc.nat(200), fc.nat(100), (value, padding, n) => {
        const line = `${'😀'.repeat(padding)}|${value}${'😀'.repeat(n)}`;
        const offset = offsetOfCodePoint(line, n);
        const found = locate(line, offset);
        const [, caret = ''] = found.excerpt.split('\n');
        expect(found.excerpt).not.toMatch(/\p{Surrogate}/u);
        expect(caret.replace(/[\t ]/g, '')).toBe('^');
        // Inside CRLF the place is the end of the line, before both.
        const before = line.slice(0, line.startsWith('\r\n', offset - 1) ? offset - 1 : offset).split(/\r\n|\r|\n/);
        expect([found.line, found.column]).toEqual([before.length, Array.from(before.at(-1) ?? '').length + 1]);
      }),
      { numRuns: 300 },
    );
  });
});
