import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalChecksum, checksum } from '../../../src/core/migration/checksum.js';

const text = fc
  .array(
    fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('\n', 'SELECT 1;', '-- c', "'a'", '\ufeff')),
  )
  .map((parts) => parts.join(''));
const normalised = (value: string): string => value.replace(/\r\n?/g, '\n');

describe('checksum', () => {
  test('is SHA-256 in hex over UTF-8', () => {
    expect(checksum('SELECT 1;\n')).toBe('b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd');
    expect(checksum('SELECT é')).toBe(createHash('sha256').update(Buffer.from('SELECT é', 'utf8')).digest('hex'));
  });

  test.each<[string, string, string]>([
    ['CRLF', 'a;\r\nb;\r\n', 'a;\nb;\n'],
    ['lone CR', 'a;\rb;', 'a;\nb;'],
    ['mixed line ends', 'a;\r\nb;\nc;\r', 'a;\nb;\nc;\n'],
  ])('does not see %s', (_, left, right) => {
    expect(checksum(left)).toBe(checksum(right));
  });

  test.each<[string, string, string]>([
    ['a space at the end of a line', 'a; \n', 'a;\n'],
    ['a missing last line end', 'a;', 'a;\n'],
    ['an empty line', 'a;\n\nb;', 'a;\nb;'],
    ['two CRs before an LF', 'a;\r\r\nb;', 'a;\nb;'],
    ['the case of a letter', 'A;', 'a;'],
    ['a comment', 'a; -- x', 'a;'],
    ['a mark in the middle', 'a\ufeff;', 'a;'],
    ['a mark at the beginning, which is no part of a decoded text', '\ufeffa;', 'a;'],
    ['another form of the same letter', 'e\u0301', '\u00e9'],
    ['a character outside the first plane', '😀', '😁'],
  ])('sees %s', (_, left, right) => {
    expect(checksum(left)).not.toBe(checksum(right));
  });

  test('never depends on line ends', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('\r\n', '\r', '\n'), (value, lineEnd) => {
        const plain = normalised(value);
        expect(checksum(plain.replaceAll('\n', lineEnd))).toBe(checksum(plain));
      }),
      { numRuns: 200 },
    );
  });

  test('differs between any two texts that differ otherwise', () => {
    const edited = fc
      .tuple(text, fc.nat(), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([value, at, removed, inserted]) => {
        const characters = Array.from(value);
        const from = at % (characters.length + 1);
        return {
          before: value,
          after: [...characters.slice(0, from), inserted, ...characters.slice(from + removed)].join(''),
        };
      });
    fc.assert(
      fc.property(edited, ({ before, after }) => {
        expect(checksum(before) === checksum(after)).toBe(normalised(before) === normalised(after));
      }),
      { numRuns: 400 },
    );
  });
});

describe('canonicalChecksum', () => {
  test('does not see comments, indentation, line ends and blank lines', () => {
    expect(canonicalChecksum('-- why\nCREATE TABLE t (\r\n\ta int -- b\n);\n\n')).toBe(
      canonicalChecksum('CREATE TABLE t ( a int );'),
    );
  });

  test('sees a change inside a string', () => {
    expect(canonicalChecksum("SELECT 'a  b'")).not.toBe(canonicalChecksum("SELECT 'a b'"));
  });

  test('sees another number behind the same comment', () => {
    expect(canonicalChecksum('SELECT 1; -- x')).not.toBe(canonicalChecksum('SELECT 2; -- x'));
  });
});
