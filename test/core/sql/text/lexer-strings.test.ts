import { describe, expect, test } from '@jest/globals';
import type { TokenKind } from '../../../../src/core/sql/text/lexer.js';
import { tokens } from './lexed.js';

const B = '\\';

describe('lex', () => {
  test.each<[string, string, [TokenKind, string][]]>([
    ['a string with a doubled quote', "'it''s; -- x'", [['string', "'it''s; -- x'"]]],
    [
      'a string that ends in a backslash',
      `'a${B}';`,
      [
        ['string', `'a${B}'`],
        ['semicolon', ';'],
      ],
    ],
    [
      'an E string with an escaped quote',
      `E'a${B}'; b';`,
      [
        ['string', `E'a${B}'; b'`],
        ['semicolon', ';'],
      ],
    ],
    [
      'an E string that ends in an escaped backslash',
      `e'a${B}${B}';`,
      [
        ['string', `e'a${B}${B}'`],
        ['semicolon', ';'],
      ],
    ],
    [
      'an E string that goes on in the next line',
      `E'a'\n'b${B}';c';`,
      [
        ['string', `E'a'\n'b${B}';c'`],
        ['semicolon', ';'],
      ],
    ],
    [
      'an E string that goes on behind a comment',
      `E'a' -- x\r\n  'b${B}';c';`,
      [
        ['string', `E'a' -- x\r\n  'b${B}';c'`],
        ['semicolon', ';'],
      ],
    ],
    [
      'an E string that does not go on in the same line',
      `E'a' 'b${B}';`,
      [
        ['string', "E'a'"],
        ['string', `'b${B}'`],
        ['semicolon', ';'],
      ],
    ],
    [
      'a plain string that goes on without escapes',
      `'a'\n'b${B}';`,
      [
        ['string', "'a'"],
        ['string', `'b${B}'`],
        ['semicolon', ';'],
      ],
    ],
    [
      'a Unicode string',
      `U&'d${B}0061t';`,
      [
        ['string', `U&'d${B}0061t'`],
        ['semicolon', ';'],
      ],
    ],
    [
      'bit, hex and national strings',
      "B'01' x'1F' N'a'",
      [
        ['string', "B'01'"],
        ['string', "x'1F'"],
        ['string', "N'a'"],
      ],
    ],
    [
      'a word that only ends like a prefix',
      "date'2024-01-31'",
      [
        ['word', 'date'],
        ['string', "'2024-01-31'"],
      ],
    ],
    ['a quoted identifier', '"a;""b"', [['quoted-identifier', '"a;""b"']]],
    ['a Unicode identifier', `u&"d${B}0061;"`, [['quoted-identifier', `u&"d${B}0061;"`]]],
    [
      'a dollar string',
      '$$ a; $x$ $$;',
      [
        ['dollar-string', '$$ a; $x$ $$'],
        ['semicolon', ';'],
      ],
    ],
    [
      'a tagged dollar string around another',
      '$a$ $$ ; $$ $b$ $a$ b',
      [
        ['dollar-string', '$a$ $$ ; $$ $b$ $a$'],
        ['word', 'b'],
      ],
    ],
    ['a dollar string with a non-ASCII tag', '$é$ ; $é$', [['dollar-string', '$é$ ; $é$']]],
  ])('reads %s', (_, text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });
});
