import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lex, tokensOf, type TokenKind } from '../../../../src/core/sql/text/lexer.js';
import { skipBlank } from '../../../../src/core/sql/text/spans.js';
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
      'a meta-command, up to the end of its line',
      `a ${B}set x 'it\r\nb`,
      [
        ['word', 'a'],
        ['meta-command', `${B}set x 'it`],
        ['word', 'b'],
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
  ])('reports %s', (_, text, unclosed) => {
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

  test('covers any text but its whitespace, up to what is open', () => {
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
          expect(text.slice(at, start)).toMatch(/^[ \t\n\r\f\v]*$/);
          expect(end).toBeGreaterThan(start);
          at = end;
        });
        expect(text.slice(at, unclosed?.start)).toMatch(/^[ \t\n\r\f\v]*$/);
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

const rowsOf = (text: string): string[] => tokensOf(text, 'copy-rows');

describe('rows of COPY', () => {
  test.each<[string, string, string[]]>([
    ['stand behind FROM stdin, up to their end', `COPY t FROM stdin;\n1\t2\n${B}.\nSELECT 1;`, [`1\t2\n${B}.`]],
    ['may be none', `COPY t FROM stdin;\n${B}.\n`, [`${B}.`]],
    ['may end the text', `COPY t FROM stdin;\n1\n${B}.`, [`1\n${B}.`]],
    ['may have CRLF', `COPY t FROM stdin;\r\n1\r\n${B}.\r\nSELECT 1;`, [`1\r\n${B}.`]],
    ['may hold quotes, semicolons and comments', `COPY t FROM stdin;\n'it $$ ; /* --\n${B}.\n`, [`'it $$ ; /* --\n${B}.`]],
    ['may hold what looks like their end', `COPY t FROM stdin;\n${B}.a\na${B}.\n ${B}.\n${B}.\n`, [`${B}.a\na${B}.\n ${B}.\n${B}.`]],
    ['begin behind a comment in the line of the statement', `COPY t FROM stdin; -- rows; 'a\n1\n${B}.\n`, [`1\n${B}.`]],
    ['stand behind options and lists of columns', `copy s."t" (a, "b") From StdIn with (format csv, header);\n1\n${B}.\n`, [`1\n${B}.`]],
    ['stand behind each statement', `COPY t FROM stdin;\n1\n${B}.\n\nCOPY u FROM stdin;\n2\n${B}.\n`, [`1\n${B}.`, `2\n${B}.`]],
    ['are none behind a statement that reads a file', "COPY t FROM 'stdin';\n1", []],
    ['are none behind a query of a table of that name', 'COPY (SELECT 1 FROM stdin) TO stdout;\n1', []],
    ['are none behind another statement', 'SELECT copy FROM stdin;\n1', []],
    ['are none behind a body that says so', 'DO $$ BEGIN COPY t FROM stdin; END $$;\n1', []],
    ['are none when a comment says so', '-- COPY t FROM stdin;\n1', []],
  ])('%s', (_, text, expected) => {
    expect(rowsOf(text)).toEqual(expected);
    expect(lex(text, () => undefined)).toBeUndefined();
  }); // prettier-ignore

  test.each<[string, string, number]>([
    ['without an end', 'SELECT 1;\nCOPY t FROM stdin;\n1\n', 29],
    ['that do not begin on the next line', `COPY t FROM stdin; SELECT 1;\n${B}.\n`, 18],
    ['that the text ends before', 'COPY t FROM stdin;', 18],
    ['that the text ends before, with its line', 'COPY t FROM stdin;\n', 19],
    ['of a statement that does not end', 'COPY t FROM stdin', 17],
  ])('%s leave the text open', (_, text, start) => {
    expect(lex(text, () => undefined)).toEqual({ kind: 'copy-rows', start });
  });
});
