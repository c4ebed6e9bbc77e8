import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadModule, scanSync } from 'libpg-query';
import { readSpans, type SpanKind } from '../../../../src/core/sql/text/spans.js';

function spans(text: string): [SpanKind, string][] {
  const found: [SpanKind, string][] = [];
  readSpans(text, (kind, start, end) => {
    found.push([kind, text.slice(start, end)]);
  });
  return found;
}

describe('readSpans', () => {
  test.each<[string, string, [SpanKind, string][]]>([
    [
      'keeps code together, up to what ends it',
      "  SELECT a+1, b ->> 'c' -- d\n;",
      [
        ['code', 'SELECT a+1, b ->> '],
        ['string', "'c'"],
        ['line-comment', '-- d'],
        ['semicolon', ';'],
      ],
    ],
    [
      'takes a prefix of a quote out of code',
      `a E'b', "c"u&"d"`,
      [
        ['code', 'a '],
        ['string', "E'b'"],
        ['code', ', '],
        ['quoted-identifier', '"c"'],
        ['quoted-identifier', 'u&"d"'],
      ],
    ],
    [
      'leaves the end of a word in code',
      `type'a' tau&'b'`,
      [
        ['code', 'type'],
        ['string', "'a'"],
        ['code', 'tau&'],
        ['string', "'b'"],
      ],
    ],
    [
      'reads a dollar sign in a word, before a number and as a quote',
      'a$b$c $1 1$$ ; $$',
      [
        ['code', 'a$b$c '],
        ['code', '$1'],
        ['code', '1'],
        ['dollar-string', '$$ ; $$'],
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(spans(text)).toEqual(expected);
  });
});

/** Where PostgreSQL's scanner finds semicolons and comments, in bytes of UTF-8; undefined if it cannot read the text. */
function scanned(text: string): string[] | undefined {
  try {
    const tokens = scanSync(text).tokens.filter(({ tokenName }) =>
      /^(?:ASCII_59|SQL_COMMENT|C_COMMENT)$/.test(tokenName),
    );
    return tokens.map((token) => `${token.start} ${token.text}`);
  } catch {
    return undefined;
  }
}

/** The same, as read here. */
function read(text: string): string[] {
  const found: string[] = [];
  readSpans(text, (kind, start, end) => {
    if (!/^(?:semicolon|line-comment|block-comment)$/.test(kind)) return;
    found.push(`${Buffer.byteLength(text.slice(0, start))} ${text.slice(start, end)}`);
  });
  return found;
}

const PIECES = `' '' " $ $$ $a$ $1 -- - /* */ / * ; E e'\\'' U& u&" N' b x a é 😀 1 1.5 + @ : ( )`
  .split(' ')
  .concat(' ', '\n', '\r\n', '\t', '\f', "E'a'\n'\\';'");

describe("PostgreSQL's own scanner", () => {
  beforeAll(() => loadModule());

  test('finds the same semicolons and comments in any text', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        // A backslash outside of strings is a command of psql.
        fc.pre(!spans(text).some(([kind]) => kind === 'meta-command'));
        // The server goes on with a string after a comment, libpg-query does not.
        fc.pre(!/'[ \t\f\r\n]*--[^\r\n]*[\r\n]+[ \t\f\r\n]*'/.test(text));
        const expected = scanned(text);
        fc.pre(expected !== undefined);
        expect(read(text)).toEqual(expected);
        compared += Math.min(expected?.length ?? 0, 1);
      }),
      { numRuns: 2_000 },
    );
    expect(compared).toBeGreaterThan(200);
  });
});
