import { describe, expect, test } from '@jest/globals';
import { toNonTransactional } from '../../../src/core/compile/non-transactional.js';
import type { NonTransactionalProgram, Program } from '../../../src/core/compile/program.js';
import { progressAt, schedule, stepText } from '../../../src/core/compile/schedule.js';
import type { Doubt, Task } from '../../../src/core/compile/task.js';
import { finding, renderFinding, type Finding } from '../../../src/core/errors/finding.js';
import type { HistoryRow, StepProgress } from '../../../src/core/history/history.js';
import { canonicalChecksum } from '../../../src/core/migration/checksum.js';
import { appliedRow, migrationFile } from '../fixtures.js';
import { compileText, nonTransactional, transactional } from './compiled.js';

const TEXT = '-- no-transaction\nSELECT 1;\nBEGIN;\nSELECT 2;\nSELECT 3;\nCOMMIT;\nSELECT 4;\n';

async function program(text: string): Promise<Program> {
  const compiled = await compileText(text);
  if ('refusals' in compiled) throw new Error(JSON.stringify(compiled.refusals));
  return compiled.program;
}

const progressOf = async (text: string, done: number): Promise<StepProgress> =>
  progressAt(await nonTransactional(text), done);

/** As after the server refused to run the file in a transaction. */
const refusedByServer = async (text: string): Promise<NonTransactionalProgram> =>
  (await toNonTransactional(await transactional(text))) as NonTransactionalProgram;

function row(progress: StepProgress | null, state: HistoryRow['state'] = 'failed'): HistoryRow {
  return appliedRow(migrationFile('001_a.sql', TEXT), { state, error: state === 'applied' ? null : 'x', progress });
}

async function scheduled(text: string, at: HistoryRow | undefined): Promise<Task> {
  const result = await schedule(await program(text), at);
  if ('refusals' in result) throw new Error(JSON.stringify(result.refusals));
  return result.task;
}

async function refusalsOf(text: string, at: HistoryRow): Promise<readonly Finding[]> {
  const result = await schedule(await program(text), at);
  return 'refusals' in result ? result.refusals : [];
}

const resumedAt = async (text: string, at: HistoryRow | undefined): Promise<number | string> => {
  const task = await scheduled(text, at);
  return task.program.kind === 'non-transactional' ? task.resumeAt : task.program.kind;
};

describe('the progress of a file', () => {
  test('counts the steps that are done, of all', async () => {
    expect(await progressOf(TEXT, 2)).toMatchObject({ done: 2, total: 3 });
  });

  test.each<[string, string, boolean]>([
    ['sees another statement that is done', TEXT.replace('SELECT 1', 'SELECT 9'), false],
    ['sees another statement in a group that is done', TEXT.replace('SELECT 3', 'SELECT 9'), false],
    ['does not see what is still to do', TEXT.replace('SELECT 4', 'SELECT 9'), true],
    ['does not see comments, blanks and line ends', TEXT.replace('SELECT 2;', '-- two\r\n  SELECT 2;  '), true],
  ])('%s', async (_, text, same) => {
    expect((await progressOf(text, 2)).doneChecksum === (await progressOf(TEXT, 2)).doneChecksum).toBe(same);
  });

  test('names the next step only when that commits by itself', async () => {
    const text = 'SELECT 1;\n/* two */ VACUUM t;\nSELECT 3;\n';
    expect(await progressOf(text, 0)).toMatchObject({ next: null });
    expect(await progressOf(text, 1)).toMatchObject({
      next: { statement: 'VACUUM t', doneChecksum: canonicalChecksum('SELECT 1; VACUUM t') },
    });
    expect(await progressOf(text, 2)).toMatchObject({ next: null });
    expect(await progressOf(text, 3)).toMatchObject({ done: 3, total: 3, next: null });
  });

  test('keeps 2,000 characters of a long statement', async () => {
    const { next } = await progressOf(`CREATE INDEX CONCURRENTLY i ON t (${'a, '.repeat(2_000)}b);`, 0);
    expect(next?.statement).toHaveLength(2_000);
    expect(next?.statement).toMatch(/^CREATE INDEX CONCURRENTLY i ON t \(a, a/);
  });

  test('records the step that an earlier run left in doubt on, whatever became of it', async () => {
    const doubt: Doubt = { statement: 'VACUUM', doneChecksum: 'x', unchanged: false };
    expect(progressAt(await nonTransactional(TEXT), 1, doubt).next).toBe(doubt);
  });
});

test('the text of a step is the one in the file, without passwords', async () => {
  const text = `-- no-transaction\nSELECT 1;\nCREATE SUBSCRIPTION s CONNECTION 'password=hunter2' PUBLICATION p;\n`;
  const compiled = await nonTransactional(text);
  expect(compiled.steps.map((step) => stepText(compiled, step))).toEqual([
    'SELECT 1',
    "CREATE SUBSCRIPTION s CONNECTION 'password=***' PUBLICATION p",
  ]);
});

test('a fresh task runs everything and takes over nothing', async () => {
  const compiled = await program(TEXT);
  expect(await schedule(compiled, undefined)).toEqual({
    task: { program: compiled, row: undefined, resumeAt: 0, doubt: undefined },
  });
});

describe('a run continues', () => {
  test('from the first step when nothing is recorded', async () => {
    expect(await resumedAt(TEXT, undefined)).toBe(0);
    expect(await resumedAt(TEXT, row(null))).toBe(0);
    expect(await resumedAt(TEXT, row(await progressOf(TEXT, 0)))).toBe(0);
  });

  test.each(['failed', 'running'] as const)(
    'after the steps that a %s run did, and takes over its row',
    async (state) => {
      const recorded = row(await progressOf(TEXT, 2), state);
      expect(await scheduled(TEXT, recorded)).toMatchObject({ resumeAt: 2, doubt: undefined });
      expect((await scheduled(TEXT, recorded)).row).toBe(recorded);
    },
  );

  test('after the last step when the run died before it was completed', async () => {
    expect(await resumedAt(TEXT, row(await progressOf(TEXT, 3), 'running'))).toBe(3);
  });

  test('when only the rest of the file was corrected', async () => {
    const corrected = TEXT.replace('SELECT 4;', 'SELECT 5;\nSELECT 6;');
    expect(await resumedAt(corrected, row(await progressOf(TEXT, 2)))).toBe(2);
  });

  test('from its beginning with a row that says applied', async () => {
    expect(await resumedAt(TEXT, row(await progressOf(TEXT, 2), 'applied'))).toBe(0);
  });

  test('as a whole when nothing was done and the file is transactional now', async () => {
    expect(await resumedAt('SELECT 1;', row(await progressOf(TEXT, 0)))).toBe('transactional');
  });

  test('after the steps that a run did though only the server told it that there had to be any', async () => {
    const text = 'CREATE TABLE t ();\nREINDEX TABLE partitioned;\nCREATE TABLE u ();';
    const asked = await refusedByServer(text);
    expect(await resumedAt(text, row(progressAt(asked, 0)))).toBe('transactional');
    expect(await resumedAt(text, row(progressAt(asked, 1)))).toBe(1);
    expect(await refusalsOf(text.replace('TABLE t', 'TABLE v'), row(progressAt(asked, 1)))).toEqual([
      finding('FINISHED_STEPS_CHANGED', { subject: '001_a.sql', steps: { done: 1, total: 3 } }),
    ]);
  });

  test('step by step when such a run died in its first step, of which nobody can tell', async () => {
    const text = 'CALL in_parts();\nREINDEX TABLE partitioned;';
    const asked = await refusedByServer(text);
    expect(await resumedAt(text, row(progressAt(asked, 0), 'running'))).toBe(0);
    expect(await resumedAt(text, row(progressAt(asked, 0)))).toBe('transactional');
  });

  test.each<[string, string]>([
    ['when what is done was changed', TEXT.replace('SELECT 1', 'SELECT 9')],
    ['when a statement was put before it', TEXT.replace('SELECT 1', 'SELECT 0;\nSELECT 1')],
    ['when a group was taken apart', TEXT.replace('BEGIN;\n', '').replace('COMMIT;\n', '')],
    ['when the file has fewer steps than were done', '-- no-transaction\nSELECT 1;'],
    ['when the file runs in one transaction now', 'SELECT 1;'],
    ['when the file brings its own transaction now', 'BEGIN; SELECT 1; COMMIT;'],
  ])('never %s: it says how far it came and what to do', async (_, text) => {
    const found = await refusalsOf(text, row(await progressOf(TEXT, 2)));
    expect(found).toEqual([finding('FINISHED_STEPS_CHANGED', { subject: '001_a.sql', steps: { done: 2, total: 3 } })]);
    expect(found.map(renderFinding)).toEqual([
      expect.stringMatching(
        /stopped after 2 of 3 steps, and that part of the file has changed since\. Restore that part .* Or undo by hand .*restart: '001_a\.sql'.*mark\('001_a\.sql'\)/,
      ),
    ]);
  });
});

describe('a step that commits by itself', () => {
  const VACUUMS = 'SELECT 1;\nVACUUM t;\nSELECT 3;\n';
  const next = { statement: 'VACUUM t', doneChecksum: canonicalChecksum('SELECT 1; VACUUM t') };

  test.each<[string, string, Doubt]>([
    ['is in doubt after a run died at it', VACUUMS, { ...next, unchanged: true }],
    ['is in doubt though the rest was changed', VACUUMS.replace('3', '9'), { ...next, unchanged: true }],
    [
      'is in doubt, as it was, though it was changed',
      VACUUMS.replace('VACUUM t', 'VACUUM u'),
      { ...next, unchanged: false },
    ],
    ['is in doubt, as it was, though it is gone', '-- no-transaction\nSELECT 1;', { ...next, unchanged: false }],
  ])('%s', async (_, text, doubt) => {
    const recorded = row(await progressOf(VACUUMS, 1), 'running');
    expect(await scheduled(text, recorded)).toMatchObject({ resumeAt: 1, doubt });
  });

  test('is not in doubt after it failed: the server said so', async () => {
    expect(await scheduled(VACUUMS, row(await progressOf(VACUUMS, 1), 'failed'))).toMatchObject({
      resumeAt: 1,
      doubt: undefined,
    });
  });

  test('is in doubt even as the first of its file', async () => {
    const recorded = row(await progressOf('VACUUM t;', 0), 'running');
    expect(await scheduled('VACUUM t;', recorded)).toMatchObject({
      resumeAt: 0,
      doubt: { statement: 'VACUUM t', unchanged: true },
    });
  });
});
