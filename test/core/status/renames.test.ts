import { describe, expect, test } from '@jest/globals';
import { RUNNING_MARKER, type HistoryRow } from '../../../src/core/history/history.js';
import type { Migration } from '../../../src/core/migration/migration.js';
import type { MigrationState } from '../../../src/core/status/status.js';
import { appliedRow, bareRow, migrationFile } from '../fixtures.js';
import { join, joined, show } from './joined.js';

const [one, three] = [migrationFile('1_a.sql'), migrationFile('3_c.sql')];
const failed: Partial<HistoryRow> = { state: 'failed', error: 'x' };
const running: Partial<HistoryRow> = { state: 'running', error: RUNNING_MARKER };

describe('a rename', () => {
  const text = 'CREATE TABLE t (a int);';
  const old = migrationFile('2_old.sql', text);
  const renamed = migrationFile('2_new.sql', text);

  test('is a missing migration whose content exists under one other name: shown once, never pending', () => {
    const statuses = joined([one, renamed, three], appliedRow(one), appliedRow(old), appliedRow(three));
    expect(show(statuses)).toEqual([
      ['1_a.sql', 'applied'],
      ['2_new.sql', 'renamed'],
      ['3_c.sql', 'applied'],
    ]);
    expect(statuses[1]).toMatchObject({
      onDisk: true,
      recordedAs: '2_old.sql',
      row: { file: '2_old.sql' },
      migration: renamed,
    });
  });

  test.each<[string, Migration, HistoryRow]>([
    ['of the newest file to an older number', migrationFile('1_new.sql', text), appliedRow(old)],
    ['to a newer number', migrationFile('3_new.sql', text), appliedRow(old)],
    [
      'with other line ends',
      migrationFile('2_new.sql', `${text}\r\n`),
      appliedRow(migrationFile('2_old.sql', `${text}\n`)),
    ],
    ['with other comments', migrationFile('3_new.sql', `${text} -- a`), appliedRow(old)],
    ['with other whitespace', migrationFile('3_new.sql', text.replaceAll(' ', '\n  ')), appliedRow(old)],
    ['into another folder', migrationFile('x/2_old.sql', text), appliedRow(old)],
  ])('is seen %s', (_, file, row) => {
    expect(join([file], row)).toEqual([[file.file, 'renamed']]);
  });

  test.each<[string, Migration[], HistoryRow[], [string, MigrationState][]]>([
    [
      'when the file with the old name is still there: that is a copy',
      [old, migrationFile('3_copy.sql', text)],
      [appliedRow(old)],
      [
        ['2_old.sql', 'applied'],
        ['3_copy.sql', 'pending'],
      ],
    ],
    [
      'when the content differs in a statement',
      [migrationFile('3_new.sql', `${text} SELECT 1;`)],
      [appliedRow(old)],
      [
        ['2_old.sql', 'missing'],
        ['3_new.sql', 'pending'],
      ],
    ],
    [
      'when the recorded one failed as a whole and the file was corrected: nothing of it is left',
      [migrationFile('3_new.sql', 'SELECT 1;')],
      [appliedRow(old, failed)],
      [
        ['2_old.sql', 'orphaned'],
        ['3_new.sql', 'pending'],
      ],
    ],
    [
      'when the recorded one has no checksum',
      [migrationFile('3_new.sql', text)],
      [bareRow('2_old.sql')],
      [
        ['2_old.sql', 'missing'],
        ['3_new.sql', 'pending'],
      ],
    ],
    [
      'when the file under the new name is recorded too',
      [migrationFile('3_new.sql', text)],
      [appliedRow(old), appliedRow(migrationFile('3_new.sql', text))],
      [
        ['2_old.sql', 'missing'],
        ['3_new.sql', 'applied'],
      ],
    ],
    [
      'when the file has no statement: two such files are alike by accident',
      [migrationFile('3_new.sql', '-- nothing')],
      [appliedRow(migrationFile('2_old.sql', '-- nothing'))],
      [
        ['2_old.sql', 'missing'],
        ['3_new.sql', 'pending'],
      ],
    ],
  ])('is not seen %s', (_, files, rows, expected) => {
    expect(join(files, ...rows)).toEqual(expected);
  });

  test.each<[MigrationState, Partial<HistoryRow>]>([
    ['failed', failed],
    ['running', running],
  ])('of a %s migration keeps its state and its row, so that the next run continues it', (state, changes) => {
    const statuses = joined([migrationFile('3_new.sql', text)], appliedRow(old, changes));
    expect(statuses).toMatchObject([{ file: '3_new.sql', state, recordedAs: '2_old.sql', row: { file: '2_old.sql' } }]);
  });

  test('is ambiguous when two files have the content', () => {
    const statuses = joined([migrationFile('3_x.sql', text), migrationFile('4_y.sql', text)], appliedRow(old));
    expect(show(statuses)).toEqual([
      ['2_old.sql', 'missing'],
      ['3_x.sql', 'ambiguous'],
      ['4_y.sql', 'ambiguous'],
    ]);
    expect(statuses.map(({ candidates }) => candidates)).toEqual([[], ['2_old.sql'], ['2_old.sql']]);
  });

  test('is ambiguous when two missing migrations had the content', () => {
    const statuses = joined(
      [migrationFile('3_x.sql', text)],
      appliedRow(migrationFile('1_v.sql', text)),
      appliedRow(old),
    );
    expect(statuses.find(({ file }) => file === '3_x.sql')).toMatchObject({
      state: 'ambiguous',
      candidates: ['1_v.sql', '2_old.sql'],
    });
  });
});
