import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

test('docs/comparison.md has a date, and its figures are those of docs/performance.md: change both', () => {
  const [text, measured] = ['docs/comparison.md', 'docs/performance.md'].map((file) => readFileSync(file, 'utf8'));
  expect(text).toMatch(/^As of \d{1,2} [A-Z]\w+ 20\d\d\./m);
  const figures = text?.match(/\d+\.\d ms/g) ?? [];
  expect(figures.length).toBeGreaterThan(10);
  expect(figures.filter((figure) => !measured?.includes(` ${figure} `))).toEqual([]);
});
