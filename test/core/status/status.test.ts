import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NO_HISTORY, type HistoryRow } from '../../../src/core/status/history.js';
import type { MigrationFile } from '../../../src/core/migration/migration-file.js';
import { isApplied, isToRun, joinStatuses, type MigrationState } from '../../../src/core/status/status.js';
import { compareMigrations, inMigrationOrder, migrationOrder } from '../../../src/core/migration/version.js';
import { appliedRow, bareRow, history, migrationFile } from '../fixtures.js';
import { join, show } from './joined.js';

const [one, two, three] = ['1_a.sql', '2_b.sql', '3_c.sql'].map((file) => migrationFile(file)) as [
  MigrationFile,
  MigrationFile,
  MigrationFile,
];
const failed: Partial<HistoryRow> = { state: 'failed', error: 'x' };
const running: Partial<HistoryRow> = { state: 'running', error: 'running' };

describe('a migration is', () => {
  test.each<[string, MigrationFile[], HistoryRow[], [string, MigrationState][]]>([
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
      'failed though its file is gone',
      [two],
      [appliedRow(one, failed), appliedRow(two)],
      [
        ['1_a.sql', 'failed'],
        ['2_b.sql', 'applied'],
      ],
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
    expect(show(joinStatuses([one, two], NO_HISTORY))).toEqual([
      ['1_a.sql', 'pending'],
      ['2_b.sql', 'pending'],
    ]);
    expect(joinStatuses([], NO_HISTORY)).toEqual([]);
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

  test('changed when nothing tells whether it is cosmetic', () => {
    const row = { ...recorded('SELECT 1; -- a'), canonicalChecksum: null };
    expect(join([migrationFile('1_a.sql', 'SELECT 1;')], row)).toEqual([['1_a.sql', 'changed']]);
  });
});

const states: MigrationState[] = [
  'pending',
  'out-of-order',
  'failed',
  'running',
  'applied',
  'unverified',
  'cosmetic',
  'changed',
  'renamed',
  'missing',
  'ahead',
  'ambiguous',
];

test('a state is to run, applied, or ambiguous, and only one of these', () => {
  expect(states.filter((state) => isToRun(state))).toEqual(['pending', 'out-of-order', 'failed', 'running']);
  expect(states.filter((state) => isApplied(state))).toEqual([
    'applied',
    'unverified',
    'cosmetic',
    'changed',
    'renamed',
    'missing',
    'ahead',
  ]);
});

const named = (item: { file: string }): string => item.file;

test('joining loses no file and no row, sorts by the comparator, and never runs what is applied', () => {
  const content = fc.constantFrom('SELECT 1;', 'SELECT 2;', 'SELECT 1; -- a', '');
  const file = fc
    .tuple(fc.nat(12), fc.constantFrom('a', 'b'), content)
    .map(([n, name, text]) => migrationFile(`${n}_${name}.sql`, text));
  const row = fc
    .tuple(file, fc.constantFrom<Partial<HistoryRow>>({}, failed, running, { checksum: null }))
    .map(([migration, changes]) => appliedRow(migration, changes));
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: named }), fc.uniqueArray(row, { selector: named }), (files, rows) => {
      const statuses = joinStatuses(files, history(...rows));
      const names = statuses.map(named);
      expect(new Set([...names, ...statuses.flatMap(({ recordedAs }) => recordedAs ?? [])])).toEqual(
        new Set([...files, ...rows].map(named)),
      );
      expect(new Set(names).size).toBe(names.length);
      expect(names).toEqual(inMigrationOrder(statuses).map(named));
      for (const { file: name, onDisk } of statuses) expect(onDisk).toBe(files.some((each) => each.file === name));
      const applied = statuses.filter((status) => status.row?.state === 'applied');
      expect(applied.filter(({ state }) => isToRun(state))).toEqual([]);
      const newest = inMigrationOrder(files).at(-1);
      const beforeNewest = (name: string): boolean =>
        newest !== undefined && compareMigrations(migrationOrder(name), migrationOrder(newest.file)) < 0;
      const gone = applied.filter(({ onDisk }) => !onDisk);
      expect(gone.map(({ state }) => state)).toEqual(
        gone.map(({ file: name }) => (beforeNewest(name) ? 'missing' : 'ahead')),
      );
    }),
    { numRuns: 200 },
  );
});
