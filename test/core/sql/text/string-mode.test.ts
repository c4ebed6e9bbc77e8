import { describe, expect, test } from '@jest/globals';
import { lex } from '../../../../src/core/sql/text/lexer.js';
import { readSpans } from '../../../../src/core/sql/text/spans.js';
import { StringMode } from '../../../../src/core/sql/text/string-mode.js';

/** The last string of a text, as the lexer cuts it; undefined when it never ends. */
function lastString(text: string): string | undefined {
  let last: string | undefined;
  const unclosed = lex(text, (kind, start, end) => {
    if (kind === 'string') last = text.slice(start, end);
  });
  return unclosed ? undefined : last;
}

/** A string that is `'a\'` and a word when a backslash is a character, and one string when it escapes. */
const PROBE = String.raw`SELECT 'a\', b'';`;
const escapes = (text: string): boolean => lastString(`${text}\n${PROBE}`) === undefined;

describe('a backslash escapes in plain strings', () => {
  test.each<[string, string]>([
    ['behind SET … = off', 'SET standard_conforming_strings = off;'],
    ['in any case and with any blanks', '\nset\n Standard_Conforming_Strings=OFF ;'],
    ['behind TO', 'SET standard_conforming_strings TO off;'],
    ['behind a quoted value', "SET standard_conforming_strings TO 'off';"],
    ['behind false', 'SET standard_conforming_strings = false;'],
    ['behind 0', 'SET standard_conforming_strings = 0;'],
    ['behind the beginning of a word', "SET standard_conforming_strings = 'f';"],
    ['behind set_config', "SELECT set_config('standard_conforming_strings', 'off', false);"],
    ['behind SET SESSION', 'SET SESSION standard_conforming_strings = off;'],
    ['behind SET LOCAL', 'BEGIN; SET LOCAL standard_conforming_strings = off;'],
    ['though comments stand between the words', 'SET /* a */ standard_conforming_strings -- b\n = off;'],
    ['also several statements later', 'SET standard_conforming_strings = off; SELECT 1; SELECT 2;'],
    [
      'when it was switched on and off again',
      'SET standard_conforming_strings = on; SET standard_conforming_strings = off;',
    ],
  ])('%s', (_, before) => {
    expect(escapes(before)).toBe(true);
  });
});

describe('a backslash is a character', () => {
  test.each<[string, string]>([
    ['by itself', ''],
    ['behind SET … = on', 'SET standard_conforming_strings = on;'],
    ['when it was switched back', 'SET standard_conforming_strings = off; SET standard_conforming_strings TO on;'],
    ['behind RESET', 'SET standard_conforming_strings = off; RESET standard_conforming_strings;'],
    ['behind RESET ALL', 'SET standard_conforming_strings = off; RESET ALL;'],
    [
      'behind a return to the default',
      'SET standard_conforming_strings = off; SET standard_conforming_strings TO DEFAULT;',
    ],
    ['behind another setting', 'SET escape_string_warning = off;'],
    ['when a comment says otherwise', '-- SET standard_conforming_strings = off;'],
    ['when a string says otherwise', "SELECT 'SET standard_conforming_strings = off;';"],
    ['when it is set for later sessions', 'ALTER ROLE app SET standard_conforming_strings = off;'],
    ['until the statement that sets it ends', 'SET standard_conforming_strings = off'],
  ])('%s', (_, before) => {
    expect(escapes(before)).toBe(false);
  });
});

function changes(text: string): boolean {
  const mode = new StringMode();
  readSpans(text, () => {}, mode);
  return mode.changed;
}

describe('a text changes how strings are read', () => {
  test.each([
    'SET standard_conforming_strings = off;',
    'SELECT 1; set local\n  standard_conforming_strings to FALSE;',
    'SET standard_conforming_strings = on; SET standard_conforming_strings = off;',
    'SET standard_conforming_strings = maybe;',
    "SET standard_conforming_strings = E'off';",
    "SELECT set_config('standard_conforming_strings', 'off', false);",
    "SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false);",
    "SELECT set_config('standard_conforming_strings', (SELECT value FROM settings), false);",
  ])('by %s', (text) => {
    expect(changes(text)).toBe(true);
  });

  test.each([
    'SET standard_conforming_strings = on;',
    'SET standard_conforming_strings TO true; SET standard_conforming_strings = DEFAULT;',
    "SELECT pg_catalog.set_config('standard_conforming_strings', 'on', false);",
    'RESET standard_conforming_strings; RESET ALL;',
    '-- SET standard_conforming_strings = off;\nSELECT 1;',
    '/* SET standard_conforming_strings = off; */ SELECT 1;',
    "SELECT 'SET standard_conforming_strings = off;';",
    'DO $$ BEGIN SET standard_conforming_strings = off; END $$;',
    'SET search_path = x; SELECT 1;',
    'SET a = b; SELECT standard_conforming_strings;',
    'SHOW standard_conforming_strings;',
  ])('not by %s', (text) => {
    expect(changes(text)).toBe(false);
  });
});
