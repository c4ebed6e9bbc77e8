import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { fingerprintOf, rowsOf, type OrdinaryRows } from '../../../src/core/history/ordinary-rows.js';
import type { Migration } from '../../../src/core/migration/migration.js';
import { migrationFile, setOf } from '../fixtures.js';

const FILES = ['1_a.sql', '2_b.sql', '10_c.sql'].map((file) => migrationFile(file));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const namesOf = async (ordinary: OrdinaryRows): Promise<string[] | undefined> =>
  (await rowsOf(Promise.resolve(setOf(FILES)))(ordinary))?.map(({ file }) => file);
const ordinary = (count: number, of = FILES.slice(0, count)): OrdinaryRows => ({
  count,
  fingerprint: fingerprintOf(of),
  others: [],
});

describe('the fingerprint of rows', () => {
  test('is of the checksums and names, in the order of the names by code unit', () => {
    const [one, two, ten] = FILES.map(({ checksum }) => checksum);
    expect(fingerprintOf(FILES)).toBe(sha256(`${ten}10_c.sql\n${one}1_a.sql\n${two}2_b.sql`));
  });

  test('does not depend on the order in which they come', () => {
    const files = fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 8 });
    fc.assert(
      fc.property(files, (names) => {
        const migrations = names.map((file) => ({ file, checksum: sha256(file) }));
        expect(fingerprintOf(migrations.toReversed())).toBe(fingerprintOf(migrations));
      }),
    );
  });
});

describe('the ordinary rows are known', () => {
  test('when they recorded the first files of the set: all, some or none', async () => {
    expect(await namesOf(ordinary(3))).toEqual(['1_a.sql', '2_b.sql', '10_c.sql']);
    expect(await namesOf(ordinary(2))).toEqual(['1_a.sql', '2_b.sql']);
    expect(await namesOf({ count: 0, fingerprint: undefined, others: [] })).toEqual([]);
  });

  test('when files between them have other rows', async () => {
    const [first, second, third] = FILES as [Migration, Migration, Migration];
    expect(await namesOf({ ...ordinary(2, [first, third]), others: [second.file] })).toEqual([first.file, third.file]);
    expect(await namesOf({ ...ordinary(1, [second]), others: [first.file, '0_gone.sql'] })).toEqual([second.file]);
  });

  test('with what the fingerprint says, and nothing more', async () => {
    const [row] = (await rowsOf(Promise.resolve(setOf(FILES)))(ordinary(1))) ?? [];
    expect(row).toEqual({
      file: '1_a.sql',
      state: 'applied',
      checksum: FILES[0]?.checksum,
      executedAt: null,
      durationMs: null,
      error: null,
      canonicalChecksum: null,
      origin: null,
      runId: null,
      progress: null,
      invalidIndexes: [],
    });
  });

  test.each<[string, OrdinaryRows]>([
    ['a file before them is not recorded', ordinary(2, [FILES[0], FILES[2]] as typeof FILES)],
    ['a file was renamed', ordinary(1, [migrationFile('1_z.sql', FILES[0]?.text)])],
    ['a file was changed', ordinary(1, [migrationFile('1_a.sql', 'SELECT 2')])],
    ['two files have swapped their contents', ordinary(2, [migrationFile('1_a.sql', FILES[1]?.text), migrationFile('2_b.sql', FILES[0]?.text)])],
    ['there are more than files', ordinary(4, [...FILES, migrationFile('11_d.sql')])],
    ['there is no fingerprint', { count: 1, fingerprint: undefined, others: [] }],
  ])('but not when %s', async (_, rows) => {
    expect(await namesOf(rows)).toBeUndefined();
  }); // prettier-ignore

  test('but not when a name has a line break, which could be the end of a row', async () => {
    const set = setOf([migrationFile('1_a\n.sql')]);
    const rows = { count: 1, fingerprint: fingerprintOf(set.migrations), others: [] };
    expect(await rowsOf(set)(rows)).toBeUndefined();
  });
});
