import { describe, expect, test } from '@jest/globals';
import { tableOf, unbroken } from '../../../src/cli/render/table.js';

const HEAD = ['State', 'Migration', 'Applied at (UTC)'];
const ROWS = [
  ['applied', '001_a_rather_long_name.sql', '2024-02-29 13:14:15'],
  ['pending', '002_b.sql', ''],
];
const at = (columns: number | undefined): string => tableOf(HEAD, ROWS, { columns });
const wide = (columns: number): string => tableOf(['Reason'], [['変更 変更 変更']], { columns });
const files = (columns: number): string => tableOf(['Migrations', 'Reason'], [['1.sql\n2.sql', 'why']], { columns });
const longest = (text: string): number => Math.max(...text.split('\n').map(({ length }) => length));

describe('a table', () => {
  test('has its natural width without a limit, or if that fits', () => {
    const whole = at(undefined);
    expect(longest(whole)).toBe(62);
    expect(whole.split('\n')).toHaveLength(7);
    expect(at(62)).toBe(whole);
  });

  test('is narrowed between words if it does not fit', () => {
    for (const columns of [61, 58, 54]) {
      expect(longest(at(columns))).toBe(columns);
      expect(at(columns)).toContain('│ 001_a_rather_long_name.sql │');
    }
    expect(at(54)).toMatch(/│ 2024-02-29 +│\n.*│ 13:14:15 +│/);
  });

  test('lists the values of each row if its words do not fit', () => {
    expect(at(50)).toBe(
      [
        'State             applied',
        'Migration         001_a_rather_long_name.sql',
        'Applied at (UTC)  2024-02-29 13:14:15',
        '',
        'State             pending',
        'Migration         002_b.sql',
        '',
      ].join('\n'),
    );
  });

  test('does not break a line within a name that has spaces', () => {
    const name = '001_add a column.sql';
    const narrow = (columns: number): string =>
      tableOf(['Migration', 'Reason'], [[unbroken(name), 'for the new report']], { columns });
    expect(narrow(80)).toContain(`│ ${name} │ for the new report │`);
    for (const columns of [40, 36]) {
      expect(narrow(columns)).toContain(`│ ${name} │`);
      expect(longest(narrow(columns))).toBeLessThanOrEqual(columns);
    }
    expect(narrow(20)).toContain(`Migration  ${name}\n`);
  });

  test('counts the width of a character, not its bytes', () => {
    expect(wide(18)).toContain('│ 変更 変更 変更 │');
    expect(wide(17)).toMatch(/│ 変更 変更 +│\n│ 変更 +│/);
    expect(wide(17)).not.toContain('…');
  });

  test('keeps lines of a cell apart', () => {
    expect(files(80)).toMatch(/│ 1\.sql +│ why +│\n│ 2\.sql +│ +│/);
    expect(files(10)).toContain('Migrations  1.sql\n            2.sql\nReason      why');
  });
});
