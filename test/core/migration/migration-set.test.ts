import { describe, expect, test } from '@jest/globals';
import { MigrationSet } from '../../../src/core/migration/migration-set.js';
import { EMPTY_CHECKSUM, Migration } from '../../../src/core/migration/migration.js';
import { canonicalChecksum, checksum } from '../../../src/core/migration/checksum.js';

const [a, b, c] = [
  new Migration('1_a.sql', 'A'),
  new Migration('2_b.sql', 'B'),
  new Migration('10_c.sql', 'C'),
] as const;
const setOf = (...migrations: Migration[]): MigrationSet => new MigrationSet('migrations', migrations);

describe('a migration', () => {
  test('has its place and both checksums', () => {
    const migration = new Migration('007_a.sql', 'SELECT 1; -- a');
    expect(migration).toMatchObject({
      kind: 'sql',
      file: '007_a.sql',
      text: 'SELECT 1; -- a',
      order: { file: '007_a.sql', version: [7n] },
      checksum: checksum('SELECT 1; -- a'),
      hasStatements: true,
    });
    expect(migration.canonicalChecksum).toBe(canonicalChecksum('SELECT 1;'));
  });

  test.each<[string, boolean]>([
    ['', false],
    [' \r\n\t', false],
    ['-- a\n/* b */', false],
    [';', true],
    ['SELECT 1', true],
  ])('of the text %j has statements: %s', (text, expected) => {
    const migration = new Migration('1_a.sql', text);
    expect(migration.hasStatements).toBe(expected);
    expect(migration.canonicalChecksum === EMPTY_CHECKSUM).toBe(!expected);
  });

  test('is written to reports by name, without its text', () => {
    expect(JSON.parse(JSON.stringify({ migration: a }))).toEqual({
      migration: { file: '1_a.sql', checksum: a.checksum },
    });
  });
});

describe('a set of migrations', () => {
  test.each<[string, Migration[]]>([
    ['in order', [a, b, c]],
    ['in byte order', [a, c, b]],
    ['backwards', [c, b, a]],
  ])('that is given %s is in migration order', (_, migrations) => {
    const given = [...migrations];
    const set = setOf(...migrations);
    expect(set.migrations).toEqual([a, b, c]);
    expect(migrations).toEqual(given);
    expect(set.checksum).toBe(setOf(a, b, c).checksum);
  });

  test('has one checksum whatever its line ends are', () => {
    const [lf, crlf] = ['A\nB\n', 'A\r\nB\r\n'].map((text) => setOf(new Migration('1_a.sql', text)));
    expect(lf?.checksum).toBe(crlf?.checksum);
  });

  test('may be empty, and is usable unless it is said otherwise', () => {
    expect(setOf()).toMatchObject({ location: 'migrations', migrations: [], unusable: [] });
    const unusable = [{ file: 'x.sql', problem: { reason: 'utf-16' as const } }];
    expect(new MigrationSet('migrations', [a], unusable)).toMatchObject({ migrations: [a], unusable });
  });

  test('may be given as anything that can be gone through once', () => {
    expect(
      new MigrationSet(
        'migrations',
        new Map([
          ['x', b],
          ['y', a],
        ]).values(),
      ).migrations,
    ).toEqual([a, b]);
  });

  test.each<[string, MigrationSet, boolean]>([
    ['the same files', setOf(new Migration('1_a.sql', 'A'), b), true],
    ['the same files in another directory', new MigrationSet('elsewhere', [a, b]), true],
    ['one file less', setOf(a), false],
    ['one file more', setOf(a, b, c), false],
    ['another text', setOf(a, new Migration('2_b.sql', 'B2')), false],
    ['another comment', setOf(a, new Migration('2_b.sql', 'B -- b')), false],
    ['another name', setOf(a, new Migration('2_x.sql', 'B')), false],
    ['the texts the other way around', setOf(new Migration('1_a.sql', 'B'), new Migration('2_b.sql', 'A')), false],
    ['no files', setOf(), false],
  ])('compared with %s has the same checksum: %s', (_, other, same) => {
    expect(other.checksum === setOf(a, b).checksum).toBe(same);
    expect(other.checksum).toMatch(/^[0-9a-f]{64}$/);
  });
});
