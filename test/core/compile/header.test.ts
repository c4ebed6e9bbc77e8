import { describe, expect, test } from '@jest/globals';
import { readHeader } from '../../../src/core/compile/header.js';

describe('timeouts', () => {
  test.each<[string, string, object]>([
    ['each by its directive', '-- lock-timeout: 30s\n-- statement-timeout: 5min\nSELECT 1;', { lockTimeout: '30s', statementTimeout: '5min' }],
    ['in any case, without a blank, behind other comments', '/* a */\r\n--LOCK-Timeout:0 \r\nSELECT 1;', { lockTimeout: '0' }],
    ['the last of two', '-- lock-timeout: 1s\n-- lock-timeout: 2 min', { lockTimeout: '2 min' }],
    ['not behind the first statement', 'SELECT 1;\n-- lock-timeout: 30s', {}],
    ['not in a block comment', '/*\n-- lock-timeout: 30s\n*/ SELECT 1;', {}],
    ['not in a sentence', '-- the lock-timeout: 30s\nSELECT 1;', {}],
  ])('are read: %s', (_, text, timeouts) => {
    expect(readHeader(text)).toEqual({ timeouts, noTransaction: false, mistakes: [] });
  }); // prettier-ignore

  test.each(['-- lock-timeout: soon', '-- lock-timeout:', '-- statement-timeout', '-- statement-timeout: 5 minutes'])(
    'that are none are mistakes: %s',
    (comment) => {
      expect(readHeader(`-- a\n${comment}\nSELECT 1;`)).toEqual({
        timeouts: {},
        noTransaction: false,
        mistakes: [{ code: 'INVALID_DIRECTIVE', offset: 5, detail: comment }],
      });
    },
  );
});

describe('a directive that is mistyped', () => {
  test.each<[string, string]>([
    ['-- statement-timout: 5s', 'statement-timeout: 5s'],
    ['-- statement_timeout: 5s', 'statement-timeout: 5s'],
    ['-- statement_timeout: soon', 'statement-timeout: 5min'],
    ['-- lock_timeout: 5s', 'lock-timeout: 5s'],
    ['--Lock-Timeuot', 'lock-timeout: 30s'],
    ['-- no-transction', 'no-transaction'],
    ['-- no-transactions', 'no-transaction'],
    ['-- on-transaction', 'no-transaction'],
    ['-- no-transaction: true', 'no-transaction'],
    ['-- lock timeout: 30s', 'lock-timeout: 30s'],
    ['-- locktimeout: 5s', 'lock-timeout: 5s'],
    ['-- Statement  timeout : 5 minutes', 'statement-timeout: 5min'],
    ['-- statementtimeout:0', 'statement-timeout: 0'],
  ])('is found, with what it may mean: %s', (comment, meant) => {
    expect(readHeader(`\n${comment}\nSELECT 1;`).mistakes).toEqual([
      { code: 'UNKNOWN_DIRECTIVE', offset: 1, detail: comment, actual: `-- ${meant}` },
    ]);
  });

  test.each([
    '-- no-transaction',
    '-- NO_TRANSACTION ',
    '-- lock-table: users',
    '-- statement: 5s',
    '-- timeout',
    '-- transaction-timeout: 5s',
    '-- the statement-timout: 5s is short',
    '-- lock timeout: 5s is too short',
    '-- the lock timeout: 5s',
    '-- lock timeout',
    '-- lock timeout: see above',
    '-- batch size: 5',
    '-- no-transformation',
    '-- lock-step',
    '-- atlas:txmode none',
    '/* statement-timout: 5s */',
    'SELECT 1;\n-- statement-timout: 5s',
  ])('is not seen in %s', (text) => {
    expect(readHeader(`${text}\nSELECT 1;`).mistakes).toEqual([]);
  });
});

describe('no-transaction', () => {
  test.each<[string, string]>([
    ['our own form', '-- no-transaction\nSELECT 1;'],
    ['our own form without a blank', '--no-transaction\nSELECT 1;'],
    ['our own form in capitals', '-- NO-TRANSACTION\nSELECT 1;'],
    ['the form with an underscore', '-- no_transaction\nSELECT 1;'],
    ['the form of goose', '-- +goose NO TRANSACTION\nSELECT 1;'],
    ['the form of goose behind its Up', '-- +goose Up\n-- +goose NO TRANSACTION\nSELECT 1;'],
    ['the form of dbmate', '-- migrate:up transaction:false\nSELECT 1;'],
    ['the form of Atlas', '-- atlas:txmode none\n\nSELECT 1;'],
    ['a form behind other comments and blank lines', '/* licence */\n\n-- adds an index\n-- no-transaction\nSELECT 1;'],
    ['a form in a file with CRLF', '-- a\r\n-- no-transaction\r\nSELECT 1;'],
    ['a form and nothing else', '-- no-transaction'],
  ])('is read from %s', (_, text) => {
    expect(readHeader(text).noTransaction).toBe(true);
  });

  test.each<[string, string]>([
    ['a comment behind the first statement', 'SELECT 1;\n-- no-transaction\nSELECT 2;'],
    ['a comment in the line of the first statement', 'SELECT 1; -- no-transaction'],
    ['a block comment', '/* no-transaction */ SELECT 1;'],
    ['a line comment inside a block comment', '/*\n-- no-transaction\n*/ SELECT 1;'],
    ['a string', "SELECT '\n-- no-transaction\n';"],
    ['a sentence that mentions it', '-- there is no-transaction here\nSELECT 1;'],
    ['dbmate with its transaction on', '-- migrate:up transaction:true\nSELECT 1;'],
    ['dbmate without the option', '-- migrate:up\nSELECT 1;'],
    ['another mode of Atlas', '-- atlas:txmode all\nSELECT 1;'],
    ['an empty file', ''],
  ])('is not read from %s', (_, text) => {
    expect(readHeader(text).noTransaction).toBe(false);
  });
});

test('a comment with a million letters is read, which a pattern with nested repetition would never finish', () => {
  const letters = 'x'.repeat(1_000_000);
  for (const comment of [letters, `${letters}: 5s`, `a-${letters}: 5`, `a${' '.repeat(1_000_000)}b: 5`])
    expect(readHeader(`-- ${comment}\nSELECT 1;`).mistakes).toEqual([]);
});
