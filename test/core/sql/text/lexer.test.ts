import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lex, skipBlank, tokensOf, type TokenKind } from '../../../../src/core/sql/text/lexer.js';
import { tokens } from './lexed.js';

const B = '\\';

describe('lex', () => {
  test.each<[string, string, [TokenKind, string][]]>([
    [
      'a word and a number',
      'SELECT 1.5',
      [
        ['word', 'SELECT'],
        ['number', '1.5'],
      ],
    ],
    [
      'a line comment up to the line end',
      '-- a;\nb',
      [
        ['line-comment', '-- a;'],
        ['word', 'b'],
      ],
    ],
    [
      'a line comment up to a CR',
      '-- a\rb',
      [
        ['line-comment', '-- a'],
        ['word', 'b'],
      ],
    ],
    [
      'a line comment at the end without a line end',
      'a -- b',
      [
        ['word', 'a'],
        ['line-comment', '-- b'],
      ],
    ],
    [
      'a nested comment',
      '/* a /* ; */ b */c',
      [
        ['block-comment', '/* a /* ; */ b */'],
        ['word', 'c'],
      ],
    ],
    [
      'a comment with a quote in it',
      "/* don't */ a -- isn't",
      [
        ['block-comment', "/* don't */"],
        ['word', 'a'],
        ['line-comment', "-- isn't"],
      ],
    ],
    ['a word with dollars in it', 'a$b$c', [['word', 'a$b$c']]],
    [
      'parameters',
      '$1$2',
      [
        ['punctuation', '$1'],
        ['punctuation', '$2'],
      ],
    ],
    [
      'a tag cannot begin with a digit',
      '$1a$',
      [
        ['punctuation', '$1'],
        ['word', 'a$'],
      ],
    ],
    [
      'the jsonb operators',
      "a ?| b @> '{}'",
      [
        ['word', 'a'],
        ['operator', '?|'],
        ['word', 'b'],
        ['operator', '@>'],
        ['string', "'{}'"],
      ],
    ],
    [
      'an operator before a line comment',
      'a+--b',
      [
        ['word', 'a'],
        ['operator', '+'],
        ['line-comment', '--b'],
      ],
    ],
    [
      'an operator before a block comment',
      'a*/*b*/c',
      [
        ['word', 'a'],
        ['operator', '*'],
        ['block-comment', '/*b*/'],
        ['word', 'c'],
      ],
    ],
    [
      'a backslash',
      `${B}set x`,
      [
        ['backslash', B],
        ['word', 'set'],
        ['word', 'x'],
      ],
    ],
    [
      'non-ASCII words',
      'größe 表😀',
      [
        ['word', 'größe'],
        ['word', '表😀'],
      ],
    ],
    ['braces as data', "'{{a}}'", [['string', "'{{a}}'"]]],
  ])('reads %s', (_, text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  test.each<[string, string, { kind: string; start: number } | undefined]>([
    ['an open string', "a 'b;", { kind: 'string', start: 2 }],
    ['an open E string whose last quote is escaped', `a E'b${B}'`, { kind: 'string', start: 2 }],
    ['an open quoted identifier', 'a "b', { kind: 'quoted-identifier', start: 2 }],
    ['an open comment', 'a /* b /* c */', { kind: 'block-comment', start: 2 }],
    ['an open dollar string', 'a $x$ b $y$', { kind: 'dollar-string', start: 2 }],
    [
      'an open dollar string of which only a part of the end is there',
      'a $x$ b $x',
      { kind: 'dollar-string', start: 2 },
    ],
    ['a text that is closed', 'a \'b\' "c" /* d */ $$e$$', undefined],
    ['a text that ends in a line comment', "a -- don't", undefined],
    ['an empty text', '', undefined],
  ])('tells of %s', (_, text, unclosed) => {
    expect(lex(text, () => {})).toEqual(unclosed);
  });

  test('stops when the visitor says so', () => {
    const seen: TokenKind[] = [];
    lex('a; b', (kind) => {
      seen.push(kind);
      return kind !== 'semicolon';
    });
    expect(seen).toEqual(['word', 'semicolon']);
  });

  test('takes no time over a long comment behind a string', () => {
    const startedAt = performance.now();
    lex(`SELECT E'a' ${'-- '.repeat(20_000)}\n;`, () => {});
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test('covers any text without a gap, up to what is open', () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      '$',
      '$$',
      '$a$',
      '--',
      '/*',
      '*/',
      B,
      ';',
      '\n',
      '\r\n',
      ' ',
      'E',
      'U&',
      'a',
      '1',
      '+',
      '(',
      '😀',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 2 }))), (parts) => {
        const text = parts.join('');
        let at = 0;
        const unclosed = lex(text, (_, start, end) => {
          expect(start).toBe(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        });
        expect(at).toBe(unclosed ? unclosed.start : text.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('skipBlank', () => {
  test.each<[string, string, number, number, number]>([
    ['whitespace and comments of both kinds', ' -- a\n/* b */ c', 0, 15, 14],
    ['nothing before a word', 'a', 0, 1, 0],
    ['up to the end when there is only blank', '  -- a', 0, 6, 6],
    ['never past the end that was given', '  -- a\nb', 0, 4, 4],
    ['from the middle', 'a;\n b', 2, 5, 4],
  ])('skips %s', (_, text, start, end, expected) => {
    expect(skipBlank(text, start, end)).toBe(expected);
  });
});

test('tokensOf gives the texts of one kind', () => {
  expect(tokensOf("a 'b' \"c\" 'd' -- e", 'string')).toEqual(["'b'", "'d'"]);
});
