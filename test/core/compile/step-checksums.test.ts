import { describe, expect, test } from '@jest/globals';
import { compile } from '../../../src/core/compile/compile.js';
import { DEFAULT_DELIMITERS, type Placeholders } from '../../../src/core/compile/placeholders.js';
import type { NonTransactionalProgram } from '../../../src/core/compile/program.js';
import { progressAt, schedule } from '../../../src/core/compile/schedule.js';
import { startsWithFinishedPart, NOTHING_DONE, stepChecksums } from '../../../src/core/compile/step-checksums.js';
import { canonicalChecksum } from '../../../src/core/migration/checksum.js';
import { LAYOUTS } from '../../../src/core/tools/layouts.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { appliedRow, migrationFile } from '../fixtures.js';

async function program(text: string, placeholders?: Placeholders): Promise<NonTransactionalProgram> {
  const rules = { layout: LAYOUTS.plain, placeholders };
  const compiled = await compile(migrationFile('001_a.sql', text), parseStatements, rules);
  if ('refusals' in compiled || compiled.program.kind !== 'non-transactional')
    throw new Error(JSON.stringify(compiled));
  return compiled.program;
}

const TEXT = `-- no-transaction
INSERT INTO t VALUES ('é;😀'); -- first
BEGIN;
SELECT 2;
SELECT 3;
COMMIT;
;
CREATE INDEX CONCURRENTLY i ON t (a) -- without a semicolon
`;

describe('the checksum of a step', () => {
  test('covers the file up to its end, without comments, and without the semicolon behind it', async () => {
    expect(stepChecksums(await program(TEXT))).toEqual([
      canonicalChecksum(`INSERT INTO t VALUES ('é;😀')`),
      canonicalChecksum(`INSERT INTO t VALUES ('é;😀'); BEGIN; SELECT 2; SELECT 3; COMMIT`),
      canonicalChecksum(TEXT),
    ]);
  });

  test('does not depend on the values of placeholders', async () => {
    const text = '-- no-transaction\nSELECT {{a}};\nSELECT {{a}}, 1;\nSELECT 2;';
    const withValue = (a: string): Promise<NonTransactionalProgram> =>
      program(text, { values: { a }, delimiters: DEFAULT_DELIMITERS });
    const checksums = stepChecksums(await withValue('1'));
    expect(checksums).toHaveLength(3);
    expect(stepChecksums(await withValue(`'secret' || /* a */ 'word'`))).toEqual(checksums);
  });

  test('is another for each step though the delimiters of placeholders read as quotes', async () => {
    const text = '-- no-transaction\nSELECT $x$;\nSELECT 2;\nSELECT $x$;\nSELECT 4;';
    const checksums = stepChecksums(await program(text, { values: { x: '1' }, delimiters: ['$', '$'] }));
    expect(new Set(checksums).size).toBe(4);
    expect(checksums[3]).toBe(canonicalChecksum(text.replace(/;$/, '')));
  });
});

describe('the finished part of a file', () => {
  test.each<[string, number, string]>([
    ['in the same text', 1, TEXT],
    ['in the same text, up to its end', 3, TEXT],
    ['behind a block', 2, TEXT],
    ['when comments and whitespace changed', 2, TEXT.replace('SELECT 2;', '/* two */\r\n SELECT 2 ;')],
    ['when the rest changed', 2, TEXT.replace('CREATE INDEX CONCURRENTLY i ON t (a)', 'SELECT 4; SELECT 5')],
    ['when the rest is gone', 2, TEXT.slice(0, TEXT.indexOf('\n;\n'))],
    ['when the rest ends in an open string', 2, TEXT.replace('CREATE INDEX', "SELECT 'a")],
  ])('is found %s', async (_, done, text) => {
    expect(startsWithFinishedPart(text, progressAt(await program(TEXT), done).doneChecksum)).toBe(true);
  });

  test.each<[string, number, string]>([
    ['when it was changed', 2, TEXT.replace('SELECT 2', 'SELECT 9')],
    ['when it lost its last statement', 3, TEXT.slice(0, TEXT.indexOf('CREATE INDEX'))],
    ['when a statement stands before it', 1, `SELECT 0;\n${TEXT}`],
    ['when its last statement goes on', 1, TEXT.replace("');", "') RETURNING 1;")],
    ['in an empty text', 1, ''],
    ['in any text when nothing was finished', 0, TEXT],
    ['in an empty text when nothing was finished', 0, ''],
  ])('is not found %s', async (_, done, text) => {
    expect(startsWithFinishedPart(text, progressAt(await program(TEXT), done).doneChecksum)).toBe(false);
  });
});

test('nothing done has a checksum of its own', async () => {
  expect(progressAt(await program(TEXT), 0)).toEqual({ done: 0, total: 3, doneChecksum: NOTHING_DONE, next: null });
});

test('the processor time for the progress of many steps grows with their number, not with its square', async () => {
  const few = await processorTimeOf(300);
  const many = await processorTimeOf(3_000);
  // Linear growth is a factor of 10, quadratic growth one of 100. The first round pays for warming up.
  expect(many / few).toBeLessThan(40);
});

async function processorTimeOf(steps: number): Promise<number> {
  const text = `-- no-transaction\n${"INSERT INTO t (id, name) VALUES (1, 'a name');\n".repeat(steps)}`;
  const large = await program(text);
  const before = process.cpuUsage();
  for (let done = 0; done <= large.steps.length; done++) progressAt(large, done);
  const row = appliedRow(large.migration, { state: 'failed', error: 'x', progress: progressAt(large, steps - 1) });
  expect(await schedule(large, row)).toMatchObject({ task: { resumeAt: steps - 1 } });
  expect(startsWithFinishedPart(text, progressAt(large, steps).doneChecksum)).toBe(true);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
