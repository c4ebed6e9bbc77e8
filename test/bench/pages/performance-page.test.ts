import { expect, test } from '@jest/globals';
import { renderMeasured } from '../../../bench/pages/performance-page.js';
import { measuredOn, row, summary } from './sample.js';

test('the page says what was measured on which machine, which targets were met, and where a peer is faster', () => {
  const page = renderMeasured(measuredOn, [
    summary([row('floor-hash', 10), row('knex', 11), row('ours', 12), row('drizzle', 13)]),
  ]);
  expect(page).toContain('Measured on 2026-01-31: 2 × some CPU, 8 GB, linux x64, Node v20.20.2, PostgreSQL 18.4');
  expect(page).toContain('knex 3.3.0');
  expect(page).toMatch(
    /\| some work +\| floor-hash 10\.0 ms \| knex 11\.0 ms \| 12\.0 ms, 1\.20 × \| ≤ 1\.25 × floor-hash \| yes \|/,
  );
  expect(page).toContain('- Some work (12.0 ms): knex 11.0 ms\n');
});

test('a floor that is faster does not count as a tool', () => {
  expect(renderMeasured(measuredOn, [summary([row('floor-hash', 10), row('ours', 12)])])).toContain(
    'Nowhere in this run.',
  );
});
