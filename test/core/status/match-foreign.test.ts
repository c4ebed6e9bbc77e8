import { describe, expect, test } from '@jest/globals';
import type { ForeignMigration } from '../../../src/core/tools/history.js';
import { matchForeign } from '../../../src/core/status/match-foreign.js';
import { inMigrationOrder, migrationFile } from '../fixtures.js';

const AT = '2024-01-31T12:00:00+00:00';

const named = (name: string, appliedAt: string | null = null): ForeignMigration => ({ label: name, name, appliedAt });
const versioned = (version: string): ForeignMigration => ({ label: `version ${version}`, version, appliedAt: null });
const upTo = (version: string): ForeignMigration => ({ ...versioned(version), upTo: true });
const baseline = (version: string): ForeignMigration => ({ ...upTo(version), marker: true, appliedAt: AT });

/** Names of the files that match, and labels of what matches none. */
function match(files: readonly string[], ...applied: ForeignMigration[]): [matched: string[], unmatched: string[]] {
  const { matched, unmatched } = matchForeign(inMigrationOrder(files.map((file) => migrationFile(file))), applied);
  return [matched.map(({ migration }) => migration.file), [...unmatched]];
}

describe('by name', () => {
  test.each<[string, file: string, name: string]>([
    ['a file is known by its own', '001_a.sql', '001_a.sql'],
    ['a file is known without its ending', '001_a.sql', '001_a'],
    ['a file is known with the ending of another language', '001_a.sql', '001_a.ts'],
    ['a file is known with the ending of a module', '001_a.sql', '001_a.mjs'],
    ['an up file is known without its direction', '001_a.up.sql', '001_a'],
    ['a nested file is known without its folder', 'billing/001_a.sql', '001_a.sql'],
    ['a file is known with a folder that is not here', '001_a.sql', 'src/migrations/001_a.js'],
    ['a folder is known with its file', '1_a/migration.sql', '1_a/migration.sql'],
    ['a composed name is known by its decomposed one', '1_été.sql'.normalize('NFC'), '1_été.js'.normalize('NFD')],
    ['a name with blanks is known', '001 create users.sql', '001 create users'],
    ['a name with dots is known', '001_v1.2.sql', '001_v1.2'],
  ])('%s', (_, file, name) => {
    expect(match([file, '9_other.sql', '9_b/migration.sql'], named(name))).toEqual([[file], []]);
  });

  test.each<[string, string[], string]>([
    ['a name that no file has', ['001_a.sql'], '001_b'],
    ['a name in another case', ['001_a.sql'], '001_A'],
    ['the beginning of a name', ['001_ab.sql'], '001_a'],
    ['the name of another folder', ['1_a/migration.sql'], '1_b/migration.sql'],
    ['a name that two files have, in folders', ['a/001_a.sql', 'b/001_a.sql'], '001_a'],
    ['no name at all', ['001_a.sql'], ''],
  ])('%s matches nothing', (_, files, name) => {
    expect(match(files, named(name))).toEqual([[], [name]]);
  });

  test('a whole path decides between files of one name', () => {
    expect(match(['a/001_a.sql', 'b/001_a.sql'], named('b/001_a.sql'))).toEqual([['b/001_a.sql'], []]);
  });
});

describe('by version', () => {
  test.each<[string, file: string, version: string]>([
    ['a number is known however it is padded', '00007_a.sql', '7'],
    ['a timestamp is known', '20240131120000_a.sql', '20240131120000'],
    ['a timestamp in milliseconds is known', '1706700000123-CreateUsers.sql', '1706700000123'],
    ['a version of Flyway is known by its dots', 'V1_2__a.sql', '1.2'],
    ['a version of Flyway is known by its underscores', 'V1.2__a.sql', '1_2'],
    ['a version is known without zeros at its end', 'V1.0__a.sql', '1'],
    ['a folder is known', '20240131120000_a/up.sql', '20240131120000'],
  ])('%s', (_, file, version) => {
    expect(match([file, '8_other.sql'], versioned(version))).toEqual([[file], []]);
  });

  test.each<[string, string[], string]>([
    ['a version that no file has', ['1_a.sql'], '2'],
    ['a version that two files have', ['1_a.sql', '1_b.sql'], '1'],
    ['the beginning of a version', ['1.2_a.sql'], '1'],
    ['what is no version', ['1_a.sql'], 'x'],
  ])('%s matches nothing', (_, files, version) => {
    expect(match(files, versioned(version))).toEqual([[], [`version ${version}`]]);
  });

  test('a date is not the timestamp at which it begins, for no other tool knows a calendar', () => {
    const files = ['20240131_a.sql', '20240131000000_b.sql'];
    expect(match(files, versioned('20240131'))).toEqual([['20240131_a.sql'], []]);
    expect(match(files, versioned('20240131000000'))).toEqual([['20240131000000_b.sql'], []]);
  });
});

describe('up to a version', () => {
  const files = ['1_a.sql', '2_b.sql', '10_c.sql', '11_d.sql'];

  test('everything at and below it is applied', () => {
    expect(match(files, upTo('10'))).toEqual([['1_a.sql', '2_b.sql', '10_c.sql'], []]);
  });

  test('everything below it is applied when its own file is not here, and that is listed', () => {
    expect(match(files, upTo('5'))).toEqual([['1_a.sql', '2_b.sql'], ['version 5']]);
  });

  test('nothing is applied when everything is above it', () => {
    expect(match(files, upTo('0'))).toEqual([[], ['version 0']]);
  });

  test('two files of one version are both applied', () => {
    expect(match(['1_a.sql', '1_b.sql', '2_c.sql'], upTo('1'))).toEqual([['1_a.sql', '1_b.sql'], []]);
  });

  test('dates are numbers smaller than any timestamp, as they were when the tool ran them', () => {
    const mixed = ['20230101120000_b.sql', '20240131_a.sql', '20240201120000_c.sql'];
    expect(match(mixed, upTo('20230101120000'))).toEqual([['20230101120000_b.sql', '20240131_a.sql'], []]);
  });

  test('a baseline needs no file of its own', () => {
    expect(match(files, baseline('5'))).toEqual([['1_a.sql', '2_b.sql'], []]);
    expect(match(files, baseline('0'))).toEqual([[], []]);
  });
});

const times = (...applied: ForeignMigration[]): Record<string, string | undefined> =>
  Object.fromEntries(
    matchForeign(
      ['1_a.sql', '2_b.sql'].map((file) => migrationFile(file)),
      applied,
    ).matched.map(({ migration, appliedAt }) => [migration.file, appliedAt?.toISOString()]),
  );

describe('the time', () => {
  test.each<[string | null, string | undefined]>([
    ['2024-01-31T12:00:00.123456+09:00', '2024-01-31T03:00:00.123Z'],
    ['2024-01-31T12:00:00+00:00', '2024-01-31T12:00:00.000Z'],
    [null, undefined],
    ['infinity', undefined],
    ['-infinity', undefined],
  ])('%s is taken for %s', (at, expected) => {
    expect(times(named('1_a', at))).toEqual({ '1_a.sql': expected });
  });

  const OWN = '2024-02-02T00:00:00.000Z';

  test.each<[string, ForeignMigration[]]>([
    ['before', [named('2_b', OWN), baseline('2')]],
    ['behind', [baseline('2'), named('2_b', OWN)]],
  ])('of a migration itself wins over that of a baseline %s it', (_, applied) => {
    expect(times(...applied)).toEqual({ '1_a.sql': '2024-01-31T12:00:00.000Z', '2_b.sql': OWN });
  });
});
