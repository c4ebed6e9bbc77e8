import { describe, expect, test } from '@jest/globals';
import type { HistoryRow, StepProgress } from '../../../src/core/status/history.js';
import {
  compile,
  inSteps,
  type Program,
  type StepwiseProgram,
  type TransactionalProgram,
} from '../../../src/core/compile/program.js';
import { resume, stepProgress } from '../../../src/core/compile/resume.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { appliedRow, migrationFile } from '../fixtures.js';

const TEXT = '-- no-transaction\nSELECT 1;\nBEGIN;\nSELECT 2;\nSELECT 3;\nCOMMIT;\nSELECT 4;\n';

async function program(text: string): Promise<Program> {
  const compiled = await compile(migrationFile('001_a.sql', text), parseStatements);
  if ('refusals' in compiled) throw new Error(JSON.stringify(compiled.refusals));
  return compiled.program;
}

async function progressOf(text: string, done: number): Promise<StepProgress> {
  return stepProgress((await program(text)) as StepwiseProgram, done);
}

function row(progress: StepProgress | null, state: HistoryRow['state'] = 'failed'): HistoryRow {
  return appliedRow(migrationFile('001_a.sql', TEXT), { state, error: state === 'applied' ? null : 'x', progress });
}

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
});

const resumedAt = async (text: string, at: HistoryRow | undefined): Promise<number | string> => {
  const resumed = resume(await program(text), at);
  if ('reason' in resumed) return resumed.reason;
  return resumed.program.kind === 'stepwise' ? resumed.program.resumeAt : resumed.program.kind;
};

describe('a run goes on', () => {
  test('from the first step when nothing is recorded', async () => {
    expect(await resumedAt(TEXT, undefined)).toBe(0);
    expect(await resumedAt(TEXT, row(null))).toBe(0);
    expect(await resumedAt(TEXT, row(await progressOf(TEXT, 0)))).toBe(0);
  });

  test.each(['failed', 'running'] as const)('behind the steps that a %s run did', async (state) => {
    expect(await resumedAt(TEXT, row(await progressOf(TEXT, 2), state))).toBe(2);
  });

  test('behind the last step when the run died before it was completed', async () => {
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

  test('behind the steps that a run did though only the server told it that there had to be any', async () => {
    const text = 'CREATE TABLE t ();\nREINDEX TABLE partitioned;\nCREATE TABLE u ();';
    const asked = inSteps((await program(text)) as TransactionalProgram) as StepwiseProgram;
    expect(await resumedAt(text, row(stepProgress(asked, 0)))).toBe('transactional');
    expect(await resumedAt(text, row(stepProgress(asked, 1)))).toBe(1);
    expect(await resumedAt(text.replace('TABLE t', 'TABLE v'), row(stepProgress(asked, 1)))).toContain('was changed');
  });

  test('in steps when such a run died in its first, of which nobody can tell', async () => {
    const text = 'CALL in_parts();\nREINDEX TABLE partitioned;';
    const asked = inSteps((await program(text)) as TransactionalProgram) as StepwiseProgram;
    expect(await resumedAt(text, row(stepProgress(asked, 0), 'running'))).toBe(0);
    expect(await resumedAt(text, row(stepProgress(asked, 0)))).toBe('transactional');
  });

  test.each<[string, string]>([
    ['when what is done was changed', TEXT.replace('SELECT 1', 'SELECT 9')],
    ['when a statement was put before it', TEXT.replace('SELECT 1', 'SELECT 0;\nSELECT 1')],
    ['when a group was taken apart', TEXT.replace('BEGIN;\n', '').replace('COMMIT;\n', '')],
    ['when the file has fewer steps than were done', '-- no-transaction\nSELECT 1;'],
    ['when the file runs in one transaction now', 'SELECT 1;'],
  ])('never %s: it says how far it came and what to do', async (_, text) => {
    const reason = await resumedAt(text, row(await progressOf(TEXT, 2)));
    expect(reason).toMatch(/first 2 of 3 steps ran .* was changed since/);
    expect(reason).toMatch(/two ways out.* Restore that part .* Or undo by hand .*mark\(\)/);
  });
});
