import { expect, test } from '@jest/globals';
import { isLateRefusal, toNonTransactional } from '../../../src/core/compile/non-transactional.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { transactional, unread } from './compiled.js';

test.each<[string, string, boolean]>([
  ['CALL p()', '2D000', true],
  ['CALL p()', '25001', false],
  ['DO $$ BEGIN COMMIT; END $$', '2D000', true],
  ['DO $$ BEGIN CALL p(); END $$', '2D000', true],
  ['DO $$ BEGIN PERFORM f(); END $$', '2D000', false],
  ['SELECT f()', '2D000', false],
  ['REINDEX TABLE t', '25001', true],
  ['CLUSTER t USING i', '25001', true],
  [`DO $$ BEGIN EXECUTE 'VACUUM'; END $$`, '25001', false],
  ['SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', '25001', false],
  ['REINDEX TABLE t', '42P01', false],
  [`DO $$ BEGIN EXECUTE 'SELECT ''new''::mood'; END $$`, '55P04', true],
  [`SELECT f('new')`, '55P04', true],
])('%s that fails with %s may run outside of a transaction: %s', async (sql, sqlstate, expected) => {
  const text = `SELECT 1; ${sql}; SELECT 2`;
  const program = await transactional(text);
  expect(await isLateRefusal(program, sqlstate, text.indexOf(sql))).toBe(expected);
  expect(await isLateRefusal(program, sqlstate, text.indexOf(sql) + 3)).toBe(expected);
  expect(await isLateRefusal(program, sqlstate, undefined)).toBe(sqlstate === '55P04');
});

test('the same file statement by statement holds all statements, those that may commit as steps of their own', async () => {
  const text = 'SET TRANSACTION READ WRITE; SELECT 1; CALL p(); DO $$ BEGIN COMMIT; END $$; SELECT 2';
  const program = await toNonTransactional(await transactional(text));
  expect(program?.steps.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
    ['transaction', 'SELECT 1'],
    ['autocommit', 'CALL p()'],
    ['autocommit', 'DO $$ BEGIN COMMIT; END $$'],
    ['transaction', 'SELECT 2'],
  ]);
});

test.each<[string, string, typeof parseStatements]>([
  ['that asks for its transaction', 'BEGIN; CALL p(); COMMIT;', parseStatements],
  ['whose statements are not known', 'CALL p();', unread],
])('there is none of a file %s', async (_, text, parse) => {
  expect(await toNonTransactional(await transactional(text, parse))).toBeUndefined();
});
