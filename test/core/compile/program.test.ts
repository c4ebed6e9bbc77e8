import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compile } from '../../../src/core/compile/compile.js';
import { DEFAULT_DELIMITERS } from '../../../src/core/compile/placeholders.js';
import type { Program } from '../../../src/core/compile/program.js';
import { finding, type Finding } from '../../../src/core/errors/finding.js';
import type { NonTransactional } from '../../../src/core/problems/non-transactional-reason.js';
import { LAYOUTS } from '../../../src/core/tools/layouts.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { compileText, refusals, nonTransactional, statementTexts, transactional, unread } from './compiled.js';
import { migrationFile } from '../fixtures.js';

const places = (found: readonly Finding[]): [string, number | undefined][] =>
  found.map(({ code, line }) => [code, line]);

describe('a file is non-transactional', () => {
  test.each<[string, string, string[], NonTransactional]>([
    [
      'when a statement cannot run in a transaction',
      'SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a);',
      ['transaction', 'autocommit'],
      { reason: 'statement-outside-transaction', value: 'CREATE INDEX CONCURRENTLY' },
    ],
    [
      'when such a statement stands behind non-ASCII text',
      "SELECT 'é😀'; VACUUM t;",
      ['transaction', 'autocommit'],
      { reason: 'statement-outside-transaction', value: 'VACUUM t' },
    ],
    [
      'when it says so',
      '-- no-transaction\nSELECT 1; SELECT 2;',
      ['transaction', 'transaction'],
      { reason: 'declared' },
    ],
    [
      'when it says so as other tools do',
      '-- +goose NO TRANSACTION\nCALL p();',
      ['autocommit'],
      { reason: 'declared' },
    ],
    [
      'when it says so, each group as one unit',
      '-- atlas:txmode none\nBEGIN; SELECT 1; COMMIT;',
      ['block'],
      { reason: 'declared' },
    ],
    ['when it says so and holds nothing else', '-- no_transaction', [], { reason: 'declared' }],
    [
      'when it commits in the middle',
      'SELECT 1; COMMIT; SELECT 2;',
      ['transaction', 'autocommit', 'transaction'],
      { reason: 'controls-transactions' },
    ],
    [
      'when it ends in a bare COMMIT',
      'SELECT 1; COMMIT;',
      ['transaction', 'autocommit'],
      { reason: 'controls-transactions' },
    ],
    [
      'when it has two groups',
      'BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;',
      ['block', 'block'],
      { reason: 'controls-transactions' },
    ],
    [
      'when something stands before its group',
      'SET lock_timeout = 0; BEGIN; SELECT 1; COMMIT;',
      ['transaction', 'block'],
      { reason: 'controls-transactions' },
    ],
    [
      'when something stands behind its group',
      'BEGIN; SELECT 1; COMMIT; VACUUM;',
      ['block', 'autocommit'],
      { reason: 'controls-transactions' },
    ],
    ['when it rolls back', 'BEGIN; SELECT 1; ROLLBACK;', ['autocommit'], { reason: 'controls-transactions' }],
    [
      'when its group is chained to another',
      'BEGIN; SELECT 1; COMMIT AND CHAIN;',
      ['autocommit'],
      { reason: 'controls-transactions' },
    ],
    [
      'when it uses an enum value that it adds',
      "ALTER TYPE e ADD VALUE 'v'; SELECT 'v'::e;",
      ['transaction', 'transaction'],
      { reason: 'new-enum-value' },
    ],
  ])('%s', async (_, text, kinds, why) => {
    const program = await nonTransactional(text);
    expect(program.steps.map(({ kind }) => kind)).toEqual(kinds);
    expect(program.why).toEqual(why);
  });

  test('when it says so, though the parser cannot read it', async () => {
    const text = '-- no-transaction\nCREATE NEWER SYNTAX; BEGIN; NEWER STILL; COMMIT;';
    expect((await nonTransactional(text)).steps.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['autocommit', 'CREATE NEWER SYNTAX'],
      ['block', 'NEWER STILL; '],
    ]);
  });

  test('when it has two groups, though it is too large for the parser', async () => {
    const program = await nonTransactional('BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;', unread);
    expect(program.steps.map(({ kind }) => kind)).toEqual(['block', 'block']);
  });
});

describe('a file is refused before anything runs', () => {
  test('with everything that its words show', async () => {
    expect(places(await refusals('SELECT 1;\n-- migrate:down\n\\q\n'))).toEqual([
      ['UNDO_SECTION', 2],
      ['META_COMMAND', 3],
    ]);
  });

  test('with every reason, whatever finds it, in the order of the file', async () => {
    const found = await refusals(
      '-- lock-timeout: soon\n\\q\nBEGIN READ ONLY;\nCOMMIT;\nBEGIN;\nCOPY t FROM stdin;\n\\.\n',
    );
    expect(places(found)).toEqual([
      ['INVALID_DIRECTIVE', 1],
      ['META_COMMAND', 2],
      ['OPEN_TRANSACTION', 5],
    ]);
    expect(found[0]?.detail).toBe('-- lock-timeout: soon');
  });

  test.each([
    ['BEGIN READ ONLY;\nSELECT 1;\nCOMMIT;', 1],
    ['SELECT 1;\nSET TRANSACTION READ ONLY;', 2],
  ])('for its only transaction is READ ONLY, and has to hold its record: %s', async (text, line) => {
    expect(await refusals(text)).toEqual([finding('READ_ONLY_TRANSACTION', { subject: '001_a.sql', line, column: 1 })]);
  });

  test('but not for a READ ONLY transaction among others: its record is written elsewhere', async () => {
    const text = 'CREATE TABLE t (); BEGIN READ ONLY; SELECT 1; COMMIT; SELECT 2;';
    expect((await nonTransactional(text)).steps.map(({ kind }) => kind)).toEqual([
      'transaction',
      'autocommit',
      'transaction',
    ]);
  });

  test('with placeholders that have no value and all else', async () => {
    const rules = { layout: LAYOUTS.plain, placeholders: { values: {}, delimiters: DEFAULT_DELIMITERS } };
    const migration = migrationFile('001_a.sql', 'SELECT {{a}};\n\\q');
    expect(await compile(migration, parseStatements, rules)).toEqual({
      refusals: [
        finding('MISSING_PLACEHOLDER', { subject: '001_a.sql', line: 1, column: 8, detail: 'a' }),
        finding('META_COMMAND', { subject: '001_a.sql', line: 2, column: 1, detail: '\\q' }),
      ],
    });
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
        texts.filter((each) => program.kind === 'non-transactional' || !each.startsWith('SET TRANSACTION'));
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
  const before = process.cpuUsage();
  await transactional(text, async () => parsed);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000); // ms of CPU: the machine may be busy
});
