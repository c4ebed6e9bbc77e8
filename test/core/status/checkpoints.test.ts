import { describe, expect, test } from '@jest/globals';
import { findDrift } from '../../../src/core/status/findings.js';
import { joinStatuses } from '../../../src/core/status/status.js';
import { makePlan } from '../../../src/core/status/plan.js';
import { DEFAULT_POLICY } from '../../../src/core/status/policy.js';
import { startingBy } from '../../../src/core/status/checkpoints.js';
import { checkpointOf } from '../../support/migrator/checkpoint-of.js';
import { appliedRow, bareRow, migrationFile, setOf } from '../fixtures.js';
import { join, joined, show } from './joined.js';

const [A, B, C] = ['001_a.sql', '002_b.sql', '003_c.sql'].map((file) => migrationFile(file)) as [
  ReturnType<typeof migrationFile>,
  ReturnType<typeof migrationFile>,
  ReturnType<typeof migrationFile>,
];
const texts = (...files: (typeof A)[]): Record<string, string> =>
  Object.fromEntries(files.map(({ file, text }) => [file, text]));
const AT_2 = migrationFile('002_checkpoint.sql', checkpointOf(texts(A, B), 'SELECT 12;'));
const failedRow = (file: typeof A) => appliedRow(file, { state: 'failed', error: 'x' });
const covered = (file: typeof A) => appliedRow(file, { origin: 'checkpoint', durationMs: null });

describe('a database without any applied migration', () => {
  test('starts at the checkpoint, which covers the files up to it', () => {
    const statuses = joined([A, B, AT_2, C]);
    expect(show(statuses)).toEqual([
      ['002_checkpoint.sql', 'pending'],
      ['003_c.sql', 'pending'],
    ]);
    expect(statuses[0]?.covers).toEqual(
      [A, B].map(({ file, checksum, canonicalChecksum }) => ({ file, checksum, canonicalChecksum })),
    );
  });

  test('starts there if the files are gone', () => {
    const [first, ...others] = joined([AT_2, C]);
    expect(first).toMatchObject({ file: AT_2.file, state: 'pending' });
    expect(first?.covers?.[0]).toEqual({ file: A.file, checksum: A.checksum, canonicalChecksum: null });
    expect(show(others)).toEqual([['003_c.sql', 'pending']]);
  });

  test('starts there even if a file or the checkpoint has failed before and left nothing behind', () => {
    expect(join([A, B, AT_2, C], failedRow(A))).toEqual([
      ['002_checkpoint.sql', 'pending'],
      ['003_c.sql', 'pending'],
    ]);
    expect(join([A, B, AT_2], failedRow(AT_2))).toEqual([['002_checkpoint.sql', 'failed']]);
  });

  test('starts at the newest of several, before files of the same version that sort before it', () => {
    const late = migrationFile('003_b2.sql');
    const at3 = migrationFile(
      '003_checkpoint.sql',
      checkpointOf(texts(A, B, migrationFile('003_a.sql')), '', [AT_2.file]),
    );
    expect(join([A, B, AT_2, migrationFile('003_a.sql'), late, at3])).toEqual([
      ['003_checkpoint.sql', 'pending'],
      ['003_b2.sql', 'pending'],
    ]);
  });

  test('does not start at one that is out of date', () => {
    const statuses = joined([migrationFile('001_a.sql', 'edited'), B, AT_2]);
    expect(show(statuses)).toEqual([['002_checkpoint.sql', 'unusable']]);
    expect(findDrift(statuses)).toMatchObject([
      { code: 'UNUSABLE_FILE', subject: '002_checkpoint.sql', reason: 'checkpoint-changed', detail: '001_a.sql' },
    ]);
  });

  test('does not start there without tracking, where nothing says what was applied', () => {
    const statuses = joinStatuses(setOf([A, B, AT_2]), { rows: [], untracked: true });
    expect(show(statuses)).toEqual([
      ['001_a.sql', 'pending'],
      ['002_b.sql', 'pending'],
    ]);
  });

  test('runs the files if it must stop before the end of the checkpoint', () => {
    const set = setOf([A, B, AT_2, C]);
    const upTo = (to: string) => show(joinStatuses(startingBy(set, to), { rows: [] })).map(([file]) => file);
    expect(upTo('001')).toEqual(['001_a.sql', '002_b.sql', '003_c.sql']);
    expect(upTo('002')).toEqual(['002_checkpoint.sql', '003_c.sql']);
  });

  test('is refused within a limit if files before it are gone, and misses none of a database past it', () => {
    const set = startingBy(setOf([B, AT_2, C]), '002_b.sql');
    const at3 = migrationFile('003_checkpoint.sql', checkpointOf(texts(A, B, C), '', [AT_2.file]));
    const limited = startingBy(setOf([B, at3, C]), '002');
    expect(show(joinStatuses(set, { rows: [] }))[0]).toEqual(['002_checkpoint.sql', 'pending']);
    const [lost] = joinStatuses(limited, { rows: [] });
    expect(lost).toMatchObject({ file: A.file, state: 'unusable', problem: { reason: 'replaced-beyond-limit' } });
    expect(show(joinStatuses(limited, { rows: [appliedRow(A)] })).slice(0, 2)).toEqual([
      ['002_b.sql', 'pending'],
      ['003_c.sql', 'pending'],
    ]);
    expect(joinStatuses(limited, { rows: [appliedRow(B)] })[0]).toMatchObject({ file: A.file, state: 'unusable' });
  });
});

describe('a database that has applied something', () => {
  test.each([
    ['all files', [appliedRow(A), appliedRow(B), appliedRow(C)], ['applied', 'applied', 'applied']],
    ['some of them', [appliedRow(A)], ['applied', 'pending', 'pending']],
    ['one of them, recorded without a checksum', [bareRow(A.file)], ['unverified', 'pending', 'pending']],
    [
      'some of them, and the checkpoint failed before that',
      [failedRow(AT_2), appliedRow(A)],
      ['applied', 'pending', 'pending'],
    ],
  ])('never sees the checkpoint: %s', (_, rows, states) => {
    expect(join([A, B, AT_2, C], ...rows).map(([, state]) => state)).toEqual(states);
  });

  test('does not miss files that the checkpoint replaces', () => {
    expect(join([AT_2, C], appliedRow(A), appliedRow(B), appliedRow(C))).toEqual([['003_c.sql', 'applied']]);
    expect(join([AT_2], appliedRow(A), appliedRow(B))).toEqual([]);
    expect(join([AT_2, C], appliedRow(A, { file: '000_a.sql' }), appliedRow(B))).toEqual([['003_c.sql', 'pending']]);
  });

  test('is refused if a file that it has not applied is gone', () => {
    const statuses = joined([AT_2, C], appliedRow(A));
    expect(show(statuses)).toEqual([
      ['002_b.sql', 'unusable'],
      ['003_c.sql', 'pending'],
    ]);
    expect(makePlan(setOf([AT_2, C]), statuses, DEFAULT_POLICY, 'target').refusals).toMatchObject([
      { code: 'UNUSABLE_FILE', subject: '002_b.sql', reason: 'replaced-file', detail: '002_checkpoint.sql' },
    ]);
  });

  test('lacks a deleted migration although another one with the same content is applied', () => {
    const [one, two] = [migrationFile('001_a.sql', 'x'), migrationFile('002_b.sql', 'x')];
    const checkpoint = migrationFile(AT_2.file, checkpointOf(texts(one, two), ''));
    expect(join([checkpoint], appliedRow(one))).toEqual([['002_b.sql', 'unusable']]);
  });

  test('that started at a checkpoint has the same states as any other, and the checkpoint', () => {
    const rows = [covered(A), appliedRow(AT_2), covered(B)];
    expect(join([A, B, AT_2, C], ...rows).map(([, state]) => state)).toEqual([
      'applied',
      'applied',
      'applied',
      'pending',
    ]);
    expect(join([AT_2, C], ...rows)).toEqual([
      ['002_checkpoint.sql', 'applied'],
      ['003_c.sql', 'pending'],
    ]);
    expect(join([migrationFile(A.file, 'edited'), B, AT_2], ...rows)[0]).toEqual(['001_a.sql', 'changed']);
  });

  test('does not care whether the checkpoint at which it started is written again, or superseded', () => {
    const rows = [covered(A), appliedRow(AT_2), covered(B), appliedRow(C)];
    const again = migrationFile(AT_2.file, checkpointOf(texts(A, B), 'SELECT 21;'));
    expect(join([again, C], ...rows)).toEqual([
      ['002_checkpoint.sql', 'applied'],
      ['003_c.sql', 'applied'],
    ]);
    const next = migrationFile('003_checkpoint.sql', checkpointOf(texts(A, B, C), '', [AT_2.file]));
    expect(join([next], ...rows)).toEqual([]);
  });

  test('knows a renamed file that a checkpoint replaces by its content', () => {
    const renamed = migrationFile('001_renamed.sql', A.text);
    const checkpoint = migrationFile(AT_2.file, checkpointOf({ [renamed.file]: A.text, [B.file]: B.text }, ''));
    expect(join([renamed, B, checkpoint], appliedRow(A), appliedRow(B))).toEqual([
      ['001_renamed.sql', 'renamed'],
      ['002_b.sql', 'applied'],
    ]);
    expect(join([checkpoint, C], appliedRow(A), appliedRow(B))).toEqual([['003_c.sql', 'pending']]);
  });
});
