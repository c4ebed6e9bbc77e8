import { splitLexically } from '../../../../src/core/sql/statements/split.js';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeSteps } from '../../../../src/core/sql/statements/steps.js';
import { statementsOf } from './statements-of.js';

type Shown = [kind: string, text: string, begin?: string];

async function stepsOf(sql: string): Promise<Shown[]> {
  const { steps } = makeSteps(sql, await statementsOf(sql));
  return steps.map(({ kind, start, end, begin }) =>
    kind === 'block' ? [kind, sql.slice(start, end), begin] : [kind, sql.slice(start, end)],
  );
}

describe('the steps of a file', () => {
  test.each<[string, string, Shown[]]>([
    ['none of an empty file', '-- a', []],
    [
      'statement by statement, alone where it must be',
      "SET lock_timeout = '2s';\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- b\nUPDATE t SET a = 1",
      [
        ['transaction', "SET lock_timeout = '2s'"],
        ['autocommit', 'CREATE INDEX CONCURRENTLY i ON t (a)'],
        ['transaction', 'UPDATE t SET a = 1'],
      ],
    ],
    [
      "a group of the file's own as one unit, with its options",
      'BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\n-- é\nSELECT 2;\nCOMMIT;\nSELECT 3;',
      [
        ['block', 'SELECT 1;\n-- é\nSELECT 2;\n', 'BEGIN ISOLATION LEVEL SERIALIZABLE'],
        ['transaction', 'SELECT 3'],
      ],
    ],
    [
      'two groups as two units',
      'BEGIN; SELECT 1; COMMIT; START TRANSACTION; SELECT 2; END;',
      [
        ['block', 'SELECT 1; ', 'BEGIN'],
        ['block', 'SELECT 2; ', 'START TRANSACTION'],
      ],
    ],
    ['an empty group', 'BEGIN; COMMIT;', [['block', '', 'BEGIN']]],
    [
      'savepoints inside a group',
      'BEGIN; SAVEPOINT a; ROLLBACK TO a; COMMIT',
      [['block', 'SAVEPOINT a; ROLLBACK TO a; ', 'BEGIN']],
    ],
    [
      'a group that is rolled back, to the letter',
      'BEGIN; SELECT 1; ROLLBACK; SELECT 2',
      [
        ['autocommit', 'BEGIN; SELECT 1; ROLLBACK'],
        ['transaction', 'SELECT 2'],
      ],
    ],
    [
      'a group that is prepared, to the letter',
      "BEGIN; SELECT 1; PREPARE TRANSACTION 'x'; COMMIT PREPARED 'x'",
      [
        ['autocommit', "BEGIN; SELECT 1; PREPARE TRANSACTION 'x'"],
        ['autocommit', "COMMIT PREPARED 'x'"],
      ],
    ],
    [
      'a group that commits in between, to the letter',
      'BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT 2; ROLLBACK AND CHAIN; COMMIT; SELECT 3',
      [
        ['autocommit', 'BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT 2; ROLLBACK AND CHAIN; COMMIT'],
        ['transaction', 'SELECT 3'],
      ],
    ],
    [
      'a group that is READ ONLY, to the letter: its progress is recorded outside',
      'BEGIN READ ONLY; SELECT 1; COMMIT; BEGIN; SELECT 2; SET TRANSACTION READ ONLY; COMMIT; SELECT 3',
      [
        ['autocommit', 'BEGIN READ ONLY; SELECT 1; COMMIT'],
        ['autocommit', 'BEGIN; SELECT 2; SET TRANSACTION READ ONLY; COMMIT'],
        ['transaction', 'SELECT 3'],
      ],
    ],
    ['SET TRANSACTION READ ONLY alone', 'SET TRANSACTION READ ONLY', [['autocommit', 'SET TRANSACTION READ ONLY']]],
    [
      'a bare COMMIT alone',
      'SELECT 1; COMMIT; SELECT 2',
      [
        ['transaction', 'SELECT 1'],
        ['autocommit', 'COMMIT'],
        ['transaction', 'SELECT 2'],
      ],
    ],
    [
      'what must be alone, inside a group, is left to the server',
      'BEGIN; VACUUM; COMMIT',
      [['block', 'VACUUM; ', 'BEGIN']],
    ],
    [
      'what may commit, alone',
      'CALL p(); DO $$ BEGIN COMMIT; END $$; REINDEX TABLE t',
      [
        ['autocommit', 'CALL p()'],
        ['autocommit', 'DO $$ BEGIN COMMIT; END $$'],
        ['autocommit', 'REINDEX TABLE t'],
      ],
    ],
    [
      'a block that does not commit, together with its progress',
      'DO $$ BEGIN PERFORM 1; END $$',
      [['transaction', 'DO $$ BEGIN PERFORM 1; END $$']],
    ],
  ])('%s', async (_, sql, expected) => {
    expect(await stepsOf(sql)).toEqual(expected);
  });

  test('hold the statements that are sent, without BEGIN and COMMIT', async () => {
    const sql = 'BEGIN; SELECT 1; SELECT 2; COMMIT; SELECT 3';
    const { steps } = makeSteps(sql, await statementsOf(sql));
    expect(steps.map(({ statements }) => statements.map(({ start, end }) => sql.slice(start, end)))).toEqual([
      ['SELECT 1', 'SELECT 2'],
      ['SELECT 3'],
    ]);
  });

  test('report a transaction that nothing ends', async () => {
    const sql = "SELECT 'é'; BEGIN; SELECT 1";
    expect(makeSteps(sql, await statementsOf(sql)).openTransactionAt).toBe(sql.indexOf('BEGIN'));
    expect(makeSteps('BEGIN; COMMIT', await statementsOf('BEGIN; COMMIT')).openTransactionAt).toBeUndefined();
  });

  test('are all alone, but for groups, when the parser could not read the file', () => {
    const sql = 'NEWER SYNTAX; BEGIN; NEWER STILL; COMMIT; SELECT 1';
    const { steps } = makeSteps(sql, splitLexically(sql));
    expect(steps.map(({ kind }) => kind)).toEqual(['autocommit', 'block', 'autocommit']);
  });

  test('hold every statement of a file once, in order, and do not overlap', async () => {
    const statement = fc.constantFrom(
      'SELECT 1',
      'VACUUM',
      "SELECT 'é😀'",
      'BEGIN',
      'COMMIT',
      'ROLLBACK',
      'CALL p()',
      'SAVEPOINT s',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { maxLength: 10 }), async (parts) => {
        const sql = [...parts, 'COMMIT'].join(';\n');
        const statements = await statementsOf(sql);
        const { steps, openTransactionAt } = makeSteps(sql, statements);
        expect(openTransactionAt).toBeUndefined();
        let at = 0;
        for (const { start, end } of steps) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThanOrEqual(start);
          at = end;
        }
        const held = steps.flatMap((step) => step.statements);
        const controls = statements
          .filter((each) => !held.includes(each))
          .map(({ start, end }) => sql.slice(start, end));
        expect(statements.filter((each) => held.includes(each))).toEqual(held);
        expect(controls.every((text) => text === 'BEGIN' || text === 'COMMIT')).toBe(true);
        expect(controls).toHaveLength(2 * steps.filter(({ kind }) => kind === 'block').length);
      }),
      { numRuns: 100 },
    );
  });
});
