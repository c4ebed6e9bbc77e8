import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { summarize } from '../../../src/core/status/summary.js';
import { STATES, statusOf } from '../fixtures.js';

test('a summary of nothing is all zero', () => {
  expect(summarize([])).toEqual({
    total: 0,
    applied: 0,
    pending: 0,
    failed: 0,
    running: 0,
    outOfOrder: 0,
    changed: 0,
    renamed: 0,
    missing: 0,
    ahead: 0,
    unverified: 0,
    orphaned: 0,
    unusable: 0,
    newestApplied: null,
  });
});

test('a summary counts every state where it belongs', () => {
  expect(summarize(STATES.map((state, i) => statusOf(`${i + 1}_a.sql`, state)))).toEqual({
    total: 14,
    applied: 7,
    pending: 3,
    failed: 1,
    running: 1,
    outOfOrder: 1,
    changed: 2,
    renamed: 1,
    missing: 1,
    ahead: 1,
    unverified: 1,
    orphaned: 1,
    unusable: 1,
    newestApplied: '11_a.sql',
  });
});

test('the newest applied one is the last in migration order, whatever came later and failed', () => {
  const statuses = [
    statusOf('9_a.sql', 'applied'),
    statusOf('10_b.sql', 'unverified'),
    statusOf('11_c.sql', 'failed'),
    statusOf('12_d.sql', 'pending'),
  ];
  expect(summarize(statuses).newestApplied).toBe('10_b.sql');
  expect(summarize([statusOf('1_a.sql', 'pending')]).newestApplied).toBeNull();
});

test('applied, pending, failed, running, orphaned and unusable add up to all', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STATES)), (states) => {
      const { total, applied, pending, failed, running, orphaned, unusable } = summarize(
        states.map((state, i) => statusOf(`${i}_a.sql`, state)),
      );
      expect(applied + pending + failed + running + orphaned + unusable).toBe(total);
      expect(total).toBe(states.length);
    }),
    { numRuns: 100 },
  );
});
