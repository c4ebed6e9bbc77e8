import { describe, expect, test } from '@jest/globals';
import { readAllowances } from '../../../src/core/compile/allowances.js';

const read = (text: string) =>
  readAllowances(text).map(({ scope, rule, reason, isMisspelled }) => ({ scope, rule, reason, isMisspelled }));

const allowed = { scope: 'statement', rule: 'drop-column', reason: 'nobody reads it', isMisspelled: false };

describe('a comment that allows something', () => {
  test.each<[string, object]>([
    ['-- allow: drop-column because nobody reads it', allowed],
    ['--ALLOW:drop-column BECAUSE: nobody reads it  ', allowed],
    ['-- allow : drop-column   because nobody reads it\r\n', allowed],
    ['-- allow-file: drop-column because nobody reads it', { ...allowed, scope: 'file' }],
    ['-- allow: drop-column', { ...allowed, reason: undefined }],
    ['-- allow: drop-column because', { ...allowed, reason: undefined }],
    ['-- allow: drop-column since nobody reads it', { ...allowed, reason: undefined }],
    ['-- allow: cluster because nobody reads it', { ...allowed, rule: 'cluster' }],
    ['-- allow:', { ...allowed, rule: '', reason: undefined }],
    ['-- alow: drop-column because nobody reads it', { ...allowed, isMisspelled: true }],
    ['-- allows: drop-column', { ...allowed, reason: undefined, isMisspelled: true }],
    ['-- allow_file: drop-column because nobody reads it', { ...allowed, scope: 'file', isMisspelled: true }],
  ])('is read: %s', (text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  test.each([
    '-- allow: everybody reads it',
    '-- allow drop-column because nobody reads it',
    '-- to allow: drop-column',
    '-- allows: everything',
    '-- follow: drop-column',
    '/* allow: drop-column because nobody reads it */',
    "SELECT '-- allow: drop-column because nobody reads it'",
  ])('is not: %s', (text) => {
    expect(read(text)).toEqual([]);
  });

  test('may stand anywhere, and is read with its place', () => {
    const text = 'SELECT 1; -- allow: a-b because c\nSELECT 2\n-- allow: d-e because f\n;';
    expect(readAllowances(text).map(({ rule, written, offset }) => [rule, written, offset])).toEqual([
      ['a-b', '-- allow: a-b because c', 10],
      ['d-e', '-- allow: d-e because f', 43],
    ]);
  });
});
