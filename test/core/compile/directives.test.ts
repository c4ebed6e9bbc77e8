import { describe, expect, test } from '@jest/globals';
import { readDirectives } from '../../../src/core/compile/directives.js';

const noTransaction = (text: string): boolean => readDirectives(text).noTransaction;

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
    expect(noTransaction(text)).toBe(true);
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
    expect(noTransaction(text)).toBe(false);
  });
});
