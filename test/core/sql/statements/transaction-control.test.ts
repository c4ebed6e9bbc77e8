import { describe, expect, test } from '@jest/globals';
import {
  isSetting,
  setsTransaction,
  transactionControl,
} from '../../../../src/core/sql/statements/transaction-control.js';
import { statementOf } from './statements-of.js';

test.each([
  ['BEGIN', 'begin'],
  ['BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'begin'],
  ['START TRANSACTION READ WRITE', 'begin'],
  ['COMMIT', 'commit'],
  ['COMMIT WORK AND NO CHAIN', 'commit'],
  ['END', 'commit'],
  ['COMMIT AND CHAIN', 'other-end'],
  ['ROLLBACK', 'other-end'],
  ['ABORT', 'other-end'],
  ['ROLLBACK AND CHAIN', 'other-end'],
  ["PREPARE TRANSACTION 'x'", 'other-end'],
  ["COMMIT PREPARED 'x'", 'none'],
  ["ROLLBACK PREPARED 'x'", 'none'],
  ['SAVEPOINT s', 'none'],
  ['RELEASE s', 'none'],
  ['ROLLBACK TO s', 'none'],
  ['SET TRANSACTION READ ONLY', 'none'],
  ["SELECT 'COMMIT'", 'none'],
  ['DO $$ BEGIN COMMIT; END $$', 'none'],
])('%s, as control of a transaction: %s', async (sql, control) => {
  expect(transactionControl(await statementOf(sql))).toBe(control);
});

test('a statement without a syntax tree controls and sets nothing', () => {
  const statement = { start: 0, end: 6, node: undefined };
  expect([transactionControl(statement), setsTransaction(statement), isSetting(statement)]).toEqual([
    'none',
    false,
    false,
  ]);
});

describe('SET TRANSACTION', () => {
  test.each([
    ['SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', true],
    ['SET LOCAL TRANSACTION READ ONLY', true],
    ["SET TRANSACTION SNAPSHOT '00000003-1'", true],
    ['SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE', false],
    ["SET LOCAL lock_timeout = '2s'", false],
    ['SHOW transaction_isolation', false],
  ])('is it %s? %s', async (sql, expected) => {
    expect(setsTransaction(await statementOf(sql))).toBe(expected);
  });

  test.each([
    ["SET LOCAL lock_timeout = '2s'", true],
    ['RESET ALL', true],
    ['SET TRANSACTION READ ONLY', true],
    ['SELECT 1', false],
  ])('may stand behind %s: %s', async (sql, expected) => {
    expect(isSetting(await statementOf(sql))).toBe(expected);
  });
});
