import { describe, expect, test } from '@jest/globals';
import { NO_HISTORY, type HistoryRow } from '../../../src/core/history/history.js';
import type { Migration } from '../../../src/core/migration/migration.js';
import { joinStatuses, type MigrationState } from '../../../src/core/status/status.js';
import { appliedRow, bareRow, history, migrationFile, setOf } from '../fixtures.js';
import { join, show } from './joined.js';

const [one, two, three] = ['1_a.sql', '2_b.sql', '3_c.sql'].map((file) => migrationFile(file)) as [
  Migration,
  Migration,
  Migration,
];
const failed: Partial<HistoryRow> = { state: 'failed', error: 'x' };
const running: Partial<HistoryRow> = { state: 'running', error: 'running' };

describe('a migration is', () => {
  test.each<[string, Migration[], HistoryRow[], [string, MigrationState][]]>([
    [
      'pending when it is on disk and not recorded',
      [one, two],
      [appliedRow(one)],
      [
        ['1_a.sql', 'applied'],
        ['2_b.sql', 'pending'],
      ],
    ],
    [
      'out of order when it is pending and sorts before an applied one',
      [one, two],
      [appliedRow(two)],
      [
        ['1_a.sql', 'out-of-order'],
        ['2_b.sql', 'applied'],
      ],
    ],
    [
      'pending, not out of order, before one that only failed',
      [one, two],
      [appliedRow(two, failed)],
      [
        ['1_a.sql', 'pending'],
        ['2_b.sql', 'failed'],
      ],
    ],
    [
      'pending though it has the number of an applied one, when its name sorts behind',
      [one, migrationFile('1_b.sql')],
      [appliedRow(one)],
      [
        ['1_a.sql', 'applied'],
        ['1_b.sql', 'pending'],
      ],
    ],
    [
      'out of order before one that a newer release applied',
      [one],
      [appliedRow(two)],
      [
        ['1_a.sql', 'out-of-order'],
        ['2_b.sql', 'ahead'],
      ],
    ],
    ['failed when it is recorded with an error', [one], [appliedRow(one, failed)], [['1_a.sql', 'failed']]],
    [
      'failed though its file changed',
      [one],
      [appliedRow(migrationFile('1_a.sql', 'SELECT 9;'), failed)],
      [['1_a.sql', 'failed']],
    ],
    ['running when it was begun and not finished', [one], [appliedRow(one, running)], [['1_a.sql', 'running']]],
    [
      'orphaned when it failed and its file is gone',
      [two],
      [appliedRow(one, failed), appliedRow(two)],
      [
        ['1_a.sql', 'orphaned'],
        ['2_b.sql', 'applied'],
      ],
    ],
    [
      'orphaned when it was begun and its file is gone, even after every file',
      [one],
      [appliedRow(one), appliedRow(two, running)],
      [
        ['1_a.sql', 'applied'],
        ['2_b.sql', 'orphaned'],
      ],
    ],
    [
      'pending when it was run while it held no statement',
      [two],
      [appliedRow(migrationFile('2_b.sql', '-- to do'))],
      [['2_b.sql', 'pending']],
    ],
    [
      'out of order when it was run while it held no statement, and newer ones are applied',
      [one, two],
      [appliedRow(migrationFile('1_a.sql', '')), appliedRow(two)],
      [
        ['1_a.sql', 'out-of-order'],
        ['2_b.sql', 'applied'],
      ],
    ],
    [
      'changed when it was marked as applied while it held no statement: it may have been run by hand',
      [one],
      [appliedRow(migrationFile('1_a.sql', ''), { origin: 'mark' })],
      [['1_a.sql', 'changed']],
    ],
    [
      'cosmetic when it holds no statement, and did not before',
      [migrationFile('1_a.sql', '-- b')],
      [appliedRow(migrationFile('1_a.sql', '-- a'))],
      [['1_a.sql', 'cosmetic']],
    ],
    ['unverified when it was recorded without a checksum', [one], [bareRow('1_a.sql')], [['1_a.sql', 'unverified']]],
    [
      'missing when its file is gone and a newer one is here',
      [two],
      [appliedRow(one), appliedRow(two)],
      [
        ['1_a.sql', 'missing'],
        ['2_b.sql', 'applied'],
      ],
    ],
    [
      'missing before a newer file that is not applied',
      [two],
      [appliedRow(one)],
      [
        ['1_a.sql', 'missing'],
        ['2_b.sql', 'pending'],
      ],
    ],
    [
      'missing though it was recorded without a checksum',
      [two],
      [bareRow('1_a.sql'), appliedRow(two)],
      [
        ['1_a.sql', 'missing'],
        ['2_b.sql', 'applied'],
      ],
    ],
    [
      'ahead when it is recorded and sorts after every file',
      [one],
      [appliedRow(one), appliedRow(two), appliedRow(three)],
      [
        ['1_a.sql', 'applied'],
        ['2_b.sql', 'ahead'],
        ['3_c.sql', 'ahead'],
      ],
    ],
    ['ahead when there are no files at all', [], [appliedRow(one)], [['1_a.sql', 'ahead']]],
    [
      'ahead by version, not by text',
      [migrationFile('9_a.sql')],
      [appliedRow(migrationFile('9_a.sql')), appliedRow(migrationFile('10_b.sql'))],
      [
        ['9_a.sql', 'applied'],
        ['10_b.sql', 'ahead'],
      ],
    ],
  ])('%s', (_, files, rows, expected) => {
    expect(join(files, ...rows)).toEqual(expected);
    expect(join(files.toReversed(), ...rows.toReversed())).toEqual(expected);
  });

  test('pending without any history', () => {
    expect(show(joinStatuses(setOf([one, two]), NO_HISTORY))).toEqual([
      ['1_a.sql', 'pending'],
      ['2_b.sql', 'pending'],
    ]);
    expect(joinStatuses(setOf([]), NO_HISTORY)).toEqual([]);
  });
});

describe('a file that cannot be a migration', () => {
  const unusable = { file: '2_b.sql', problem: { reason: 'utf-16' as const } };

  test('is unusable, in its place, with the reason', () => {
    const statuses = joinStatuses(setOf([one, three], [unusable]), NO_HISTORY);
    expect(show(statuses)).toEqual([
      ['1_a.sql', 'pending'],
      ['2_b.sql', 'unusable'],
      ['3_c.sql', 'pending'],
    ]);
    expect(statuses[1]).toMatchObject({
      onDisk: true,
      migration: undefined,
      row: undefined,
      problem: unusable.problem,
    });
  });

  test('is unusable though it is recorded, and keeps its row', () => {
    const [status, ...others] = joinStatuses(setOf([], [unusable]), history(appliedRow(two)));
    expect(status).toMatchObject({ state: 'unusable', row: { file: '2_b.sql' } });
    expect(others).toEqual([]);
  });

  test('does not lend its row to a file of the same content', () => {
    const copy = migrationFile('3_c.sql', two.text);
    expect(show(joinStatuses(setOf([copy], [unusable]), history(appliedRow(two))))).toEqual([
      ['2_b.sql', 'unusable'],
      ['3_c.sql', 'pending'],
    ]);
  });
});

const recorded = (text: string): HistoryRow => appliedRow(migrationFile('1_a.sql', text));

describe('an applied migration whose file is another now is', () => {
  test.each<[string, string, string, MigrationState]>([
    ['changed when a statement differs', 'SELECT 1;', 'SELECT 2;', 'changed'],
    ['changed when a string differs in blanks', "SELECT 'a b';", "SELECT 'a  b';", 'changed'],
    ['changed when a body differs in a comment', 'DO $$ BEGIN END $$;', 'DO $$ BEGIN /* a */ END $$;', 'changed'],
    ['cosmetic when only comments differ', 'SELECT 1; -- a', '-- b\nSELECT 1;', 'cosmetic'],
    ['cosmetic when only blanks differ', 'SELECT 1;', 'SELECT\n  1;\n', 'cosmetic'],
    ['applied when only line ends differ', 'SELECT 1;\nSELECT 2;\n', 'SELECT 1;\r\nSELECT 2;\r\n', 'applied'],
  ])('%s', (_, before, now, state) => {
    expect(join([migrationFile('1_a.sql', now)], recorded(before))).toEqual([['1_a.sql', state]]);
  });

  test('changed when nothing shows whether it is cosmetic', () => {
    const row = { ...recorded('SELECT 1; -- a'), canonicalChecksum: null };
    expect(join([migrationFile('1_a.sql', 'SELECT 1;')], row)).toEqual([['1_a.sql', 'changed']]);
  });
});
