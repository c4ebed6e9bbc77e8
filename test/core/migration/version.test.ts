import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareMigrations, migrationOrder, parseVersion } from '../../../src/core/migration/version.js';

const compare = (a: string, b: string): number => compareMigrations(migrationOrder(a), migrationOrder(b));
const sorted = (...files: string[]): string[] => files.toSorted(compare);

describe('parseVersion', () => {
  test.each<[string, string, bigint[] | null]>([
    ['reads a padded number', '007_x.sql', [7n]],
    ['reads a number without a name', '12.sql', [12n]],
    ['reads zero', '000_init.sql', [0n]],
    ['reads a dotted version', '1.2.3-x.sql', [1n, 2n, 3n]],
    ['takes 1.0 for 1', '1.0.0_x.sql', [1n]],
    ['keeps a zero in the middle', '1.0.3_x.sql', [1n, 0n, 3n]],
    ['does not take the extension for a part of the version', '3.sql', [3n]],
    ['reads the extension in any case', '3.SQL', [3n]],
    ['reads a date as the time at which it begins', '20240131_x.sql', [20240131000000000n]],
    ['reads a date with hours and minutes', '202401311200_x.sql', [20240131120000000n]],
    ['reads a timestamp', '20240131120000_x.sql', [20240131120000000n]],
    ['reads a timestamp with milliseconds', '20240131120000123_x.sql', [20240131120000123n]],
    ['reads a dashed date', '2024-01-31_x.sql', [20240131000000000n]],
    ['reads a dashed timestamp', '2024-01-31-120000_x.sql', [20240131120000000n]],
    ['reads a timestamp with underscores', '2024_01_31_120000_x.sql', [20240131120000000n]],
    ['reads an ISO timestamp', '2024-01-31T12:00:00_x.sql', [20240131120000000n]],
    ['reads a timestamp that was bumped past the end of a minute', '20240131125960_x.sql', [20240131125960000n]],
    ['reads a timestamp that was bumped past the end of a month', '20240132000000_x.sql', [20240132000000000n]],
    ['reads a counter behind a date', '20240131.2_x.sql', [20240131000000000n, 2n]],
    ['does not take a number between dashes for a date', '2024-13-01_x.sql', [2024n]],
    ['does not take mixed separators for a date', '2024-01_31_x.sql', [2024n]],
    ['does not take the beginning of a longer number for a date', '2024-01-315_x.sql', [2024n]],
    ['takes seconds since 1970 for a plain number', '1706700000_x.sql', [1706700000n]],
    ['takes milliseconds since 1970 for a plain number', '1706700000123-x.sql', [1706700000123n]],
    ['reads more digits than a double holds', '90071992547409931234_x.sql', [90071992547409931234n]],
    ['reads nothing from a name that does not begin with a number', 'init.sql', null],
    ['reads nothing behind a letter', 'V1__x.sql', null],
    ['reads nothing from a leading blank', ' 1_x.sql', null],
  ])('%s', (_, fileName, version) => {
    expect(parseVersion(fileName)).toEqual(version);
  });

  test('reads a number the same, whatever separates it from the name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,18}$/), (digits) => {
        const [first, ...others] = ['_', '-', ' ', ''].map((separator) =>
          parseVersion(`${digits}${separator}name.sql`),
        );
        for (const other of others) expect(other).toEqual(first);
      }),
    );
  });
});

describe('compareMigrations', () => {
  test.each<[string, string[]]>([
    ['sorts 2 before 10', ['1_a.sql', '2_a.sql', '10_a.sql', '100_a.sql', '1000_a.sql']],
    ['sorts by number whatever the padding', ['1_a.sql', '02_a.sql', '3_a.sql', '0010_a.sql']],
    [
      'sorts 1.2 before 1.2.1 before 1.10',
      ['1_a.sql', '1.2_a.sql', '1.2.1_a.sql', '1.3_a.sql', '1.10_a.sql', '2_a.sql'],
    ],
    ['sorts files of one number by name', ['004_department_hierarchy.sql', '004_platform_billing.sql', '005_a.sql']],
    ['sorts equal versions in different writing by name', ['01_a.sql', '1.0_a.sql', '1_a.sql']],
    ['sorts sequence numbers before timestamps', ['1_a.sql', '9999_a.sql', '20240131_a.sql', '20240131120000_a.sql']],
    [
      'sorts dates of all widths and with dashes as times',
      [
        '2024-01-30_a.sql',
        '20240131_a.sql',
        '202401310900_a.sql',
        '2024-01-31-100000_a.sql',
        '20240131110000_a.sql',
        '2024_02_01_a.sql',
      ],
    ],
    [
      'sorts a bumped timestamp among its neighbours',
      ['20240131125959_a.sql', '20240131125960_a.sql', '20240131130000_a.sql'],
    ],
    [
      'sorts the first of a day before its second',
      ['20240131_a.sql', '20240131.1_a.sql', '20240131.2_a.sql', '20240201_a.sql'],
    ],
    ['sorts by code unit, not by the alphabet of a country', ['1_B.sql', '1_a.sql', '1_z.sql', '1_ä.sql']],
    ['sorts nested files by their own number first', ['b/1_a.sql', 'a/2_a.sql', 'b/2_a.sql', 'a/10_a.sql']],
    ['sorts names without a version first', ['baseline', 'init.sql', '0_a.sql']],
  ])('%s', (_, expected) => {
    expect(sorted(...expected.toReversed())).toEqual(expected);
    expect(sorted(...expected)).toEqual(expected);
  });
});

const name = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat(120), fc.constantFrom('_a.sql', '_b.sql', '.sql', '-a.sql'))
      .map(([n, rest]) => `${n}${rest}`),
  },
  fc
    .tuple(fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }), fc.constantFrom('_a.sql', '_b.sql'))
    .map(([n, rest]) => `${n.join('.')}${rest}`),
  fc.constantFrom(
    '2024-01-31_a.sql',
    '20240131_a.sql',
    '20240131000000_a.sql',
    '20240131_b.sql',
    '20240132_a.sql',
    '2024013101_a.sql',
    '20240131.1_a.sql',
  ),
  fc.constantFrom('init.sql', 'V1__a.sql', 'a/1_a.sql', 'b/1_a.sql', 'ä.sql', ''),
  fc.string(),
);

describe('the comparator is a total order', () => {
  test('it is antisymmetric, and equal only to itself', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(Math.sign(compare(a, b))).toBe(0 - Math.sign(compare(b, a)) + 0);
        expect(compare(a, b) === 0).toBe(a === b);
      }),
      { numRuns: 500 },
    );
  });

  test('it is transitive', () => {
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        fc.pre(compare(a, b) <= 0 && compare(b, c) <= 0);
        expect(compare(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test('it sorts a list the same from any arrangement', () => {
    const arranged = fc
      .uniqueArray(name, { maxLength: 12 })
      .chain((files) => fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })));
    fc.assert(
      fc.property(arranged, ([files, shuffled]) => {
        expect(sorted(...shuffled)).toEqual(sorted(...files));
      }),
      { numRuns: 100 },
    );
  });

  test('it follows the numbers, however they are padded', () => {
    const padded = fc
      .tuple(fc.nat(18_999_999), fc.nat(4))
      .map(([n, zeros]) => ({ n, file: `${'0'.repeat(zeros)}${n}_a.sql` }));
    fc.assert(
      fc.property(padded, padded, (a, b) => {
        fc.pre(a.n !== b.n);
        expect(Math.sign(compare(a.file, b.file))).toBe(Math.sign(a.n - b.n));
      }),
      { numRuns: 300 },
    );
  });

  test('it follows time, in whatever precision and writing', () => {
    const second = fc.date({
      min: new Date('1990-01-01T00:00:00Z'),
      max: new Date('2090-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    const written = fc.tuple(second, fc.constantFrom(8, 12, 14, 17), fc.boolean()).map(([date, width, dashes]) => {
      const digits = date.toISOString().replace(/\D/g, '').slice(0, width);
      const dashed = digits.replace(/^(\d{4})(\d\d)(\d\d)/, '$1-$2-$3-').replace(/-$/, '');
      return {
        time: digits.padEnd(17, '0'),
        file: `${dashes && (width === 8 || width === 14) ? dashed : digits}_a.sql`,
      };
    });
    fc.assert(
      fc.property(written, written, (a, b) => {
        fc.pre(a.time !== b.time);
        expect(compare(a.file, b.file) < 0).toBe(a.time < b.time);
      }),
      { numRuns: 300 },
    );
  });
});
