import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { renderComparison } from '../../../bench/pages/comparison-page.js';
import { MEASURED_SECTION, TENANTS_SECTION, withSection } from '../../../bench/pages/measured-section.js';
import { renderMeasured } from '../../../bench/pages/performance-page.js';
import { WORKLOADS } from '../../../bench/workloads/index.js';
import { measuredOn, row, summary } from './sample.js';

const summaries = [
  summary([row('floor-hash', 10), row('knex', 11), row('ours', 12.34), row('floor-one', 9)], 'no-op-1000'),
  summary([row('floor-hash', 2010), row('umzug', 2100.55), row('ours-without-catalog', 2200)], 'one-new-1000'),
  summary([row('ours', 77)], 'cli-32'),
];

test('the comparison has a line for each tool that was measured, in the workloads that matter', () => {
  const [head, , ...lines] = renderComparison(measuredOn, summaries)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1)); // prettier-ignore
  expect(head).toEqual(['tool', 'some no-op-1000', 'some one-new-1000']);
  expect(lines).toEqual([
    ['floor', '10.0 ms', '2010.0 ms'],
    ['knex', '11.0 ms', '–'],
    ['umzug', '–', '2100.6 ms'],
    ['this library', '12.3 ms', '–'],
    ['this library, `catalog: false`', '–', '2200.0 ms'],
  ]);
});

test('the workloads of the comparison exist, and their figures are also in docs/performance.md', () => {
  const all = WORKLOADS.map(({ name }, i) => summary([row('floor-hash', 10 + i), row('ours', 20 + i)], name));
  const comparison = renderComparison(measuredOn, all);
  const figures = [...comparison.matchAll(/ (\d+\.\d) ms /g)].map(([, figure = '']) => figure);
  expect(figures).toHaveLength(2 * 4);
  const page = renderMeasured(measuredOn, all);
  expect(figures.filter((figure) => !page.includes(` ${figure} |`))).toEqual([]);
});

test.each([
  ['docs/performance.md', MEASURED_SECTION],
  ['docs/comparison.md', MEASURED_SECTION],
  ['docs/performance.md', TENANTS_SECTION],
])('only what is measured is replaced in %s', (file, section) => {
  const before = readFileSync(file, 'utf8');
  const after = withSection(before, section, 'new figures');
  const [head = '', rest = ''] = after.split('\n\nnew figures\n\n');
  expect(before.startsWith(head)).toBe(true);
  expect(before.endsWith(rest)).toBe(true);
  expect(head.endsWith(section.begin)).toBe(true);
  expect(rest.startsWith(section.end)).toBe(true);
});
