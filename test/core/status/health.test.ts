import { describe, expect, test } from '@jest/globals';
import { judgeHealth } from '../../../src/core/status/health.js';
import type { MigrationState } from '../../../src/core/status/status.js';
import { statusOf } from '../fixtures.js';

describe('a replica is up', () => {
  test.each<MigrationState>(['applied', 'unverified', 'cosmetic', 'changed', 'renamed', 'missing'])(
    'when its migration is %s',
    (state) => {
      expect(judgeHealth([statusOf('1_a.sql', state)])).toMatchObject({
        up: true,
        message: 'up to date',
        blocking: [],
      });
    },
  );

  test('without any migrations', () => {
    expect(judgeHealth([])).toMatchObject({ up: true, summary: { total: 0 } });
  });

  test.each<[number, string]>([
    [1, 'the database is ahead of this release by 1 migration'],
    [2, 'the database is ahead of this release by 2 migrations'],
  ])('when the database is ahead by %d, and it says so', (count, message) => {
    const ahead = Array.from({ length: count }, (_, i) => statusOf(`${i + 2}_b.sql`, 'ahead'));
    expect(judgeHealth([statusOf('1_a.sql', 'applied'), ...ahead])).toMatchObject({ up: true, message });
  });

  test.each<MigrationState>(['failed', 'running'])("when only another release's migration is %s", (state) => {
    expect(judgeHealth([statusOf('1_a.sql', 'applied'), statusOf('2_b.sql', state, { onDisk: false })])).toMatchObject({
      up: true,
      blocking: [],
    });
  });
});

describe('a replica is down', () => {
  test.each<MigrationState>(['pending', 'out-of-order', 'ambiguous', 'failed', 'running'])(
    'when a migration of its own is %s, by name',
    (state) => {
      expect(judgeHealth([statusOf('1_a.sql', 'applied'), statusOf('2_b.sql', state)])).toMatchObject({
        up: false,
        message: '1 migration of this release not applied',
        blocking: [{ file: '2_b.sql', state }],
        summary: { total: 2, applied: 1 },
      });
    },
  );

  test('when the database is ahead and yet lacks a migration of its own', () => {
    expect(judgeHealth([statusOf('1_a.sql', 'out-of-order'), statusOf('2_b.sql', 'ahead')])).toMatchObject({
      up: false,
    });
  });

  test('and lists ten of many, counting all', () => {
    const health = judgeHealth(Array.from({ length: 12 }, (_, i) => statusOf(`${i + 1}_a.sql`, 'pending')));
    expect(health.message).toBe('12 migrations of this release not applied');
    expect(health.blocking).toHaveLength(10);
    expect(health.blocking[0]).toEqual({ file: '1_a.sql', state: 'pending' });
  });
});

test('health details hold names, states and counts, and nothing of the rows', () => {
  const status = statusOf('1_a.sql', 'failed');
  const health = judgeHealth([{ ...status, row: { ...status.row!, error: 'secret' } }]);
  expect(JSON.stringify(health)).not.toContain('secret');
});
