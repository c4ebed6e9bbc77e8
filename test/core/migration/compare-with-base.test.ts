import { describe, expect, test } from '@jest/globals';
import { compareWithBase, type BranchReport } from '../../../src/core/migration/compare-with-base.js';
import { Migration } from '../../../src/core/migration/migration.js';
import { MigrationSet } from '../../../src/core/migration/migration-set.js';
import { migrationOrder, compareMigrations } from '../../../src/core/migration/version.js';
import { LAYOUTS } from '../../../src/core/tools/layouts.js';
import type { LayoutName } from '../../../src/core/tools/names.js';
import { checkpointOf } from '../../support/migrator/checkpoint-of.js';

type Files = Readonly<Record<string, string>>;

const now = new Date('2026-03-04T05:06:07.089Z');
const migrationsOf = (files: Files): Migration[] =>
  Object.entries(files)
    .map(([file, text]) => new Migration(file, text))
    .toSorted((a, b) => compareMigrations(a.order, b.order));
const baseOf = (files: Files): { file: string; migration: Migration }[] =>
  migrationsOf(files).map((migration) => ({ file: migration.file, migration }));

const compare = (work: Files, fork: Files, tip: Files = fork, layout: LayoutName = 'plain'): BranchReport =>
  compareWithBase({
    work: new MigrationSet('', migrationsOf(work)),
    fork: baseOf(fork),
    tip: baseOf(tip),
    layout: LAYOUTS[layout],
    now,
  });
const problemsOf = ({ problems }: BranchReport): string[][] =>
  problems.map(({ kind, file, other }) => [kind, file, ...(other === undefined ? [] : [other])]);

const A = { '001_a.sql': 'CREATE TABLE a ();' };
const B = { '002_b.sql': 'CREATE TABLE b ();' };
const C = { '003_c.sql': 'CREATE TABLE c ();' };

describe('no problem', () => {
  test.each<[string, Files, Files, Files]>([
    ['nothing new', A, A, A],
    ['a new file at the end', { ...A, ...B }, A, A],
    ['a new file where nothing was', A, {}, {}],
    ['other line ends', { '001_a.sql': 'CREATE TABLE a (\r\n);\r\n' }, { '001_a.sql': 'CREATE TABLE a (\n);\n' }, A],
    ['a branch that is behind', A, A, { ...A, ...B }],
    ['a file that the other branch has edited since', A, A, { '001_a.sql': 'SELECT 2;' }],
    ['a file that the other branch has deleted since', { ...A, ...B }, { ...A, ...B }, A],
    ['the same deletion in both', A, { ...A, ...B }, A],
    ['a file that both have added', { ...A, ...B }, A, { ...A, ...B }],
    ['the same renaming in both', { '002_a.sql': 'x' }, { '001_a.sql': 'x' }, { '002_a.sql': 'x' }],
  ])('%s', (_, work, fork, tip) => {
    expect(problemsOf(compare(work, fork, tip))).toEqual([]);
  });
});

describe('merged files', () => {
  test.each<[string, Files, Files, string[][]]>([
    ['edited', { '001_a.sql': 'SELECT 2;' }, A, [['edited', '001_a.sql']]],
    ['edited in a comment', { '001_a.sql': '-- x\nCREATE TABLE a ();' }, A, [['cosmetic', '001_a.sql']]],
    ['deleted', {}, A, [['deleted', '001_a.sql']]],
    ['renamed', { '004_a.sql': A['001_a.sql'] }, A, [['renamed', '004_a.sql', '001_a.sql']]],
    [
      'renamed, or not: two have the same text',
      { '003_x.sql': 'x', '004_x.sql': 'x' },
      { '001_x.sql': 'x' },
      [['deleted', '001_x.sql']],
    ],
    ['edited under the same name in both', { ...A, '002_b.sql': 'x' }, A, [['edited', '002_b.sql']]],
  ])('%s', (name, work, fork, expected) => {
    const tip = name.endsWith('in both') ? { ...A, ...B } : fork;
    expect(problemsOf(compare(work, fork, tip))).toEqual(expected);
  });

  test('a file that can no longer be read does not count as deleted', () => {
    const report = compareWithBase({
      work: new MigrationSet('', [], [{ file: '001_a.sql', problem: { reason: 'utf-16' } }]),
      fork: baseOf(A),
      tip: baseOf(A),
      layout: LAYOUTS.plain,
      now,
    });
    expect(report.problems).toEqual([
      { kind: 'unusable', file: '001_a.sql', other: undefined, detail: 'it is not valid UTF-8 (it looks like UTF-16)' },
    ]);
  });

  test('a link with an unknown target is not reported', () => {
    const base = [{ file: '001_a.sql', migration: undefined }];
    const report = compareWithBase({
      work: new MigrationSet('', migrationsOf(A)),
      fork: base,
      tip: base,
      layout: LAYOUTS.plain,
      now,
    });
    expect(report.problems).toEqual([]);
  });
});

describe('new files', () => {
  test.each<[string, Files, Files, Files, string[][], string[]]>([
    [
      'a number that was taken meanwhile',
      { ...A, '002_x.sql': 'x' },
      A,
      { ...A, ...B },
      [['number-taken', '002_x.sql', '002_b.sql']],
      ['002_x.sql → 003_x.sql'],
    ],
    [
      'a file that sorts before the newest',
      { ...A, '002_x.sql': 'x' },
      A,
      { ...A, ...C },
      [['before-newest', '002_x.sql', '003_c.sql']],
      ['002_x.sql → 004_x.sql'],
    ],
    [
      'the ones after it move too, the last one first',
      { ...A, '002_x.sql': 'x', '003_x.sql': 'y', '009_z.sql': 'z' },
      A,
      { ...A, ...B },
      [['number-taken', '002_x.sql', '002_b.sql']],
      ['003_x.sql → 004_x.sql', '002_x.sql → 003_x.sql'],
    ],
    [
      'two new ones with one number',
      { ...A, '002_x.sql': 'x', '2_y.sql': 'y' },
      A,
      A,
      [['number-taken', '2_y.sql', '002_x.sql']],
      ['2_y.sql → 003_y.sql'],
    ],
    [
      'an old timestamp',
      { '20240101000000_a.sql': 'a', '20240202000000_x.sql': 'x' },
      { '20240101000000_a.sql': 'a' },
      { '20240101000000_a.sql': 'a', '20240303000000_b.sql': 'b' },
      [['before-newest', '20240202000000_x.sql', '20240303000000_b.sql']],
      ['20240202000000_x.sql → 20260304050607_x.sql'],
    ],
    [
      'a number in a directory of timestamps',
      { '20240101000000_a.sql': 'a', '5_x.sql': 'x' },
      { '20240101000000_a.sql': 'a' },
      { '20240101000000_a.sql': 'a' },
      [['before-newest', '5_x.sql', '20240101000000_a.sql']],
      ['5_x.sql → 20260304050607_x.sql'],
    ],
  ])('%s', (_, work, fork, tip, problems, moves) => {
    const report = compare(work, fork, tip);
    expect(problemsOf(report)).toEqual(problems);
    expect(report.moves.map(({ from, to }) => `${from} → ${to}`)).toEqual(moves);
    const moved = applyMoves(work, report);
    expect(problemsOf(compare(moved, fork, tip))).toEqual([]);
    expect(textsOf(moved, /^[xyz]$/)).toEqual(textsOf(work, /^[xyz]$/)); // new files keep their order
  });

  test.each<[LayoutName, string, string, string]>([
    ['flyway', 'sql/V1_2__x.sql', 'V1_2__b.sql', 'sql/V1_3__x.sql'],
    ['prisma', '20240101000000_x/migration.sql', '20240101000000_b/migration.sql', '20260304050607_x/migration.sql'],
    ['golang-migrate', '000002_x.up.sql', '000002_b.up.sql', '000003_x.up.sql'],
    ['diesel', '2024-01-01-000000_x/up.sql', '2024-01-01-000000_b/up.sql', '2026-03-04-050607_x/up.sql'],
  ])('in the layout of %s', (layout, added, taken, to) => {
    const report = compare({ [added]: 'x' }, {}, { [taken]: 'b' }, layout);
    expect(problemsOf(report)).toEqual([['number-taken', added, taken]]);
    expect(report.moves).toEqual([{ from: added, to }]);
    expect(migrationOrder(to).version).not.toEqual(migrationOrder(taken).version);
  });
});

function textsOf(files: Files, which: RegExp): string[] {
  return migrationsOf(files).flatMap(({ text }) => (which.test(text) ? [text] : []));
}

function applyMoves(files: Files, { moves }: BranchReport): Files {
  const moved: Record<string, string> = { ...files };
  for (const { from, to } of moves) {
    expect(Object.keys(moved)).not.toContain(to);
    moved[to] = moved[from] ?? '';
    delete moved[from];
  }
  return moved;
}

describe('checkpoints', () => {
  const AT_2 = { '002_checkpoint.sql': checkpointOf({ ...A, ...B }, 'SELECT 1;') };

  test('may be added, written again and deleted, and take no number', () => {
    expect(problemsOf(compare({ ...A, ...B, ...AT_2 }, { ...A, ...B }))).toEqual([]);
    const again = { '002_checkpoint.sql': checkpointOf({ ...A, ...B }, 'SELECT 2;') };
    expect(problemsOf(compare({ ...A, ...B, ...again }, { ...A, ...B, ...AT_2 }))).toEqual([]);
    expect(problemsOf(compare({ ...A, ...B }, { ...A, ...B, ...AT_2 }))).toEqual([]);
  });

  test('allow the deletion of what they replace, and of nothing else', () => {
    expect(problemsOf(compare({ ...AT_2, ...C }, { ...A, ...B, ...C }))).toEqual([]);
    expect(problemsOf(compare(AT_2, { ...A, ...B, ...C }))).toEqual([['deleted', '003_c.sql']]);
    const next = compare({ ...AT_2, '002_x.sql': 'x' }, { ...A, ...B, ...AT_2 });
    expect(problemsOf(next)).toEqual([['number-taken', '002_x.sql', '002_b.sql']]);
  });

  test('must stay as long as files that they replace are gone', () => {
    expect(problemsOf(compare(C, { ...AT_2, ...C }))).toEqual([['deleted', '002_checkpoint.sql']]);
    const next = { '003_checkpoint.sql': checkpointOf({ ...A, ...B, ...C }, '') };
    expect(problemsOf(compare(next, { ...AT_2, ...C }))).toEqual([]);
    expect(problemsOf(compare({ ...A, ...C }, { ...A, ...AT_2, ...C }))).toEqual([['deleted', '002_checkpoint.sql']]);
  });

  test('are reported if they are out of date', () => {
    const report = compare({ ...A, '001_z.sql': 'z', ...B, ...AT_2 }, { ...A, '001_z.sql': 'z', ...B });
    expect(problemsOf(report)).toEqual([['unusable', '002_checkpoint.sql']]);
  });
});
