import { describe, expect, test } from '@jest/globals';
import { splitLexically } from '../../../../src/core/sql/statements/split.js';
import { transactionControl } from '../../../../src/core/sql/statements/transaction-control.js';

/** The places of statements.test.ts are checked there, against the parser's. */
describe('splitLexically knows a transaction command', () => {
  test.each([
    ['BEGIN', 'begin'],
    ['begin work', 'begin'],
    ['BEGIN ISOLATION LEVEL SERIALIZABLE, READ WRITE', 'begin'],
    ['START /* a */ TRANSACTION', 'begin'],
    ['COMMIT', 'commit'],
    ['commit -- done', 'commit'],
    ['COMMIT WORK', 'commit'],
    ['END', 'commit'],
    ['END TRANSACTION AND NO CHAIN', 'commit'],
    ['COMMIT AND CHAIN', 'other-end'],
    ['ROLLBACK', 'other-end'],
    ['ABORT WORK', 'other-end'],
    ["PREPARE TRANSACTION 'x'", 'other-end'],
    ["COMMIT PREPARED 'x'", 'none'],
    ["ROLLBACK PREPARED 'x'", 'none'],
    ['ROLLBACK TO SAVEPOINT s', 'none'],
    ['ROLLBACK WORK TO s', 'none'],
    ['SAVEPOINT s', 'none'],
    ['PREPARE p AS SELECT 1', 'none'],
    ['NEWER SYNTAX', 'none'],
    ["SELECT 'BEGIN'", 'none'],
  ])('%s: %s', (sql, control) => {
    expect(splitLexically(`${sql};`).map((statement) => transactionControl(statement))).toEqual([control]);
  });

  test('and does not take the end of a body of statements for one', () => {
    const text = 'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END; NEWER; COMMIT;';
    expect(splitLexically(text).map((statement) => transactionControl(statement))).toEqual(['none', 'none', 'commit']);
  });

  test('and does not split inside of parentheses', () => {
    const text = 'CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT (2)); SELECT 3); SELECT 4';
    const pieces = splitLexically(text).map(({ start, end }) => text.slice(start, end));
    expect(pieces).toEqual([text.slice(0, text.indexOf('; SELECT 3')), 'SELECT 3)', 'SELECT 4']);
  });

  test('and stops at what is open', () => {
    const text = "SELECT 1; SELECT 'a; b";
    expect(splitLexically(text).map(({ start, end }) => text.slice(start, end))).toEqual(['SELECT 1', "SELECT 'a; b"]);
  });
});
