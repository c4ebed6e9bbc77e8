import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Program } from '../../../src/core/compile/program.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { compileText, refusals, statementTexts, stepwise, transactional, unread } from './compiled.js';

describe('a file runs in steps', () => {
  test.each<[string, string, string[], string]>([
    [
      'when a statement cannot run in a transaction',
      'SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a);',
      ['transaction', 'autocommit'],
      '"CREATE INDEX CONCURRENTLY" cannot run in a transaction',
    ],
    [
      'when such a statement stands behind non-ASCII text',
      "SELECT 'é😀'; VACUUM t;",
      ['transaction', 'autocommit'],
      '"VACUUM t" cannot run in a transaction',
    ],
    ['when it says so', '-- no-transaction\nSELECT 1; SELECT 2;', ['transaction', 'transaction'], 'it says so'],
    ['when it says so as other tools do', '-- +goose NO TRANSACTION\nCALL p();', ['autocommit'], 'it says so'],
    [
      'when it says so, each group as one unit',
      '-- atlas:txmode none\nBEGIN; SELECT 1; COMMIT;',
      ['block'],
      'it says so',
    ],
    ['when it says so and holds nothing else', '-- no_transaction', [], 'it says so'],
    [
      'when it commits in the middle',
      'SELECT 1; COMMIT; SELECT 2;',
      ['transaction', 'autocommit', 'transaction'],
      'it controls transactions itself',
    ],
    [
      'when it ends in a bare COMMIT',
      'SELECT 1; COMMIT;',
      ['transaction', 'autocommit'],
      'it controls transactions itself',
    ],
    [
      'when it has two groups',
      'BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;',
      ['block', 'block'],
      'it controls transactions itself',
    ],
    [
      'when something stands before its group',
      'SET lock_timeout = 0; BEGIN; SELECT 1; COMMIT;',
      ['transaction', 'block'],
      'it controls transactions itself',
    ],
    [
      'when something stands behind its group',
      'BEGIN; SELECT 1; COMMIT; VACUUM;',
      ['block', 'autocommit'],
      'it controls transactions itself',
    ],
    ['when it rolls back', 'BEGIN; SELECT 1; ROLLBACK;', ['autocommit'], 'it controls transactions itself'],
    [
      'when its group is chained to another',
      'BEGIN; SELECT 1; COMMIT AND CHAIN;',
      ['autocommit'],
      'it controls transactions itself',
    ],
    [
      'when it uses an enum value that it adds',
      "ALTER TYPE e ADD VALUE 'v'; SELECT 'v'::e;",
      ['transaction', 'transaction'],
      'it uses an enum value that it adds',
    ],
  ])('%s', async (_, text, kinds, reason) => {
    const program = await stepwise(text);
    expect(program.steps.map(({ kind }) => kind)).toEqual(kinds);
    expect(program).toMatchObject({ reason, resumeAt: 0 });
  });

  test('when it says so, though the parser cannot read it', async () => {
    const text = '-- no-transaction\nCREATE NEWER SYNTAX; BEGIN; NEWER STILL; COMMIT;';
    expect((await stepwise(text)).steps.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['autocommit', 'CREATE NEWER SYNTAX'],
      ['block', 'NEWER STILL; '],
    ]);
  });

  test('when it has two groups, though it is too large for the parser', async () => {
    const program = await stepwise('BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;', unread);
    expect(program.steps.map(({ kind }) => kind)).toEqual(['block', 'block']);
  });
});

describe('a file is refused before anything runs', () => {
  test('with every reason that a look at its words gives', async () => {
    const found = await refusals('SELECT 1;\n-- migrate:down\n\\q\n');
    expect(found.map(({ line, reason }) => [line, reason])).toEqual([
      [2, expect.stringContaining('undo section')],
      [3, expect.stringContaining('meta-command')],
    ]);
  });

  test('for COPY from stdin, which the parser would accept', async () => {
    expect(await refusals('SELECT 1;\nCOPY t FROM stdin;')).toEqual([
      { file: '001_a.sql', line: 2, column: 1, reason: expect.stringContaining('INSERT') },
    ]);
  });
});

const own = (begin: string, statements: readonly string[]): string[] => [begin, ...statements, 'COMMIT'];

/** The statements that a program sends, those that open and end its own transactions included. */
function sentBy(program: Program, text: string): string[] {
  if (program.kind === 'transactional')
    return own(program.begin, [...program.preamble, ...(statementTexts(program) ?? [])]);
  return program.steps.flatMap(({ kind, begin, statements }) => {
    const texts = statements.map(({ start, end }) => text.slice(start, end));
    return kind === 'block' ? own(begin, texts) : texts;
  });
}

test('every statement of a file runs once, and all but SET TRANSACTION in order, whatever the file is made of', async () => {
  const statement = fc.constantFrom(
    'SELECT 1',
    "SELECT 'é😀'",
    'BEGIN',
    'COMMIT',
    'VACUUM',
    'SET TRANSACTION READ WRITE',
    "SET LOCAL a.b = 'c'",
    'CALL p()',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(statement, { maxLength: 7 }), fc.boolean(), async (parts, says) => {
      const text = `${says ? '-- no-transaction\n' : '-- é\n'}${parts.map((part) => `${part};\n`).join('')}`;
      const compiled = await compileText(text);
      fc.pre('program' in compiled);
      const { program } = compiled as { program: Program };
      const wrapped = program.kind === 'transactional' && parts[0] !== 'BEGIN' ? ['BEGIN', ...parts, 'COMMIT'] : parts;
      const inOrder = (texts: readonly string[]): string[] =>
        texts.filter((each) => program.kind === 'stepwise' || !each.startsWith('SET TRANSACTION'));
      const sent = sentBy(program, text);
      expect(inOrder(sent)).toEqual(inOrder(wrapped));
      expect(sent.toSorted()).toEqual(wrapped.toSorted());
    }),
    { numRuns: 150 },
  );
});

test('a large file takes no time that grows with the square of its statements', async () => {
  const text = `BEGIN;\n${'SELECT 1;\n'.repeat(20_000)}COMMIT;\n`;
  const parsed = await parseStatements(text);
  const startedAt = performance.now();
  await transactional(text, async () => parsed);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});
