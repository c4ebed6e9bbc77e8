import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

test('docs/comparison.md has a date, and its figures are those of docs/performance.md: change both', () => {
  const [text = '', measured = ''] = ['docs/comparison.md', 'docs/performance.md'].map((file) =>
    readFileSync(file, 'utf8'),
  );
  expect(text).toMatch(/^As of \d{1,2} [A-Z]\w+ 20\d\d\./m);
  const figures = [...text.matchAll(/(\d+\.\d) ms/g)].map(([, figure = '']) => figure);
  expect(figures.length).toBeGreaterThan(10);
  // The tables of all tools have the unit in their headers.
  const known = new Set(measured.split('|').map((cell) => cell.trim().replace(/ ms$/, '')));
  expect(figures.filter((figure) => !known.has(figure))).toEqual([]);
  expect(measuredOn(text)).toBe(measuredOn(measured));
});

function measuredOn(text: string): string | undefined {
  return /^Measured on (\d+ \w+ 20\d\d|20\d\d-\d\d-\d\d)\b/m.exec(text)?.[1];
}
