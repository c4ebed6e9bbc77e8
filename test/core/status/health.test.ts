import { describe, expect, test } from '@jest/globals';
import { assessHealth } from '../../../src/core/status/health.js';
import type { MigrationState } from '../../../src/core/status/status.js';
import { statusOf } from '../fixtures.js';

describe('a replica is up', () => {
  test.each<[MigrationState, string]>([
    ['applied', 'up to date'],
    ['unverified', 'up to date'],
    ['cosmetic', 'up to date'],
    ['changed', '1 file changed since applied'],
    ['renamed', '1 file renamed since applied'],
    ['missing', '1 applied file missing'],
  ])('when its migration is %s: %s', (state, message) => {
    expect(assessHealth([statusOf('1_a.sql', state), statusOf('2_b.sql', 'applied')])).toMatchObject({
      up: true,
      message,
      blocking: [],
    });
  });

  test('without any migrations', () => {
    expect(assessHealth([])).toMatchObject({ up: true, summary: { total: 0 } });
  });

  test.each<[number, string]>([
    [1, 'the database is ahead of this release by 1 migration'],
    [2, 'the database is ahead of this release by 2 migrations'],
  ])('when the database is ahead by %d, and it says so', (count, message) => {
    const ahead = Array.from({ length: count }, (_, i) => statusOf(`${i + 2}_b.sql`, 'ahead'));
    expect(assessHealth([statusOf('1_a.sql', 'applied'), ...ahead])).toMatchObject({ up: true, message });
  });

  test.each<[number, string]>([
    [1, '1 unfinished migration without a file'],
    [2, '2 unfinished migrations without a file'],
  ])("when %d of another release's migrations did not finish, and it says so", (count, message) => {
    const orphaned = Array.from({ length: count }, (_, i) => statusOf(`${i + 2}_b.sql`, 'orphaned'));
    expect(assessHealth([statusOf('1_a.sql', 'applied'), ...orphaned])).toMatchObject({
      up: true,
      message,
      blocking: [],
    });
  });

  test('when the database is ahead and a migration did not finish, and it says both', () => {
    const statuses = [statusOf('1_a.sql', 'orphaned'), statusOf('2_b.sql', 'applied'), statusOf('3_c.sql', 'ahead')];
    expect(assessHealth(statuses)).toMatchObject({
      up: true,
      message: 'the database is ahead of this release by 1 migration; 1 unfinished migration without a file',
    });
  });
});

describe('a replica is down', () => {
  test.each<MigrationState>(['pending', 'out-of-order', 'ambiguous', 'failed', 'running', 'unusable'])(
    'when a migration of its own is %s, by name',
    (state) => {
      expect(assessHealth([statusOf('1_a.sql', 'applied'), statusOf('2_b.sql', state)])).toMatchObject({
        up: false,
        message: '1 migration of this release not applied',
        blocking: [{ file: '2_b.sql', state }],
        summary: { total: 2, applied: 1 },
      });
    },
  );

  test('when the database is ahead and yet lacks a migration of its own', () => {
    expect(assessHealth([statusOf('1_a.sql', 'out-of-order'), statusOf('2_b.sql', 'ahead')])).toMatchObject({
      up: false,
    });
  });

  test.each<[MigrationState[], string]>([
    [['ahead'], 'the directory of this release contains no migrations, but 1 is applied'],
    [['ahead', 'ahead', 'orphaned'], 'the directory of this release contains no migrations, but 2 are applied'],
  ])('when it has no migrations at all, while these are recorded: %j', (states, message) => {
    const statuses = states.map((state, i) => statusOf(`${i}_a.sql`, state));
    expect(assessHealth(statuses)).toMatchObject({ up: false, message, blocking: [] });
  });

  test('and lists ten of many, counting all', () => {
    const health = assessHealth(Array.from({ length: 12 }, (_, i) => statusOf(`${i + 1}_a.sql`, 'pending')));
    expect(health.message).toBe('12 migrations of this release not applied');
    expect(health.blocking).toHaveLength(10);
    expect(health.blocking[0]).toEqual({ file: '1_a.sql', state: 'pending' });
  });
});

test('health details hold names, states and counts, and nothing of the rows', () => {
  const status = statusOf('1_a.sql', 'failed');
  const health = assessHealth([{ ...status, row: { ...status.row!, error: 'secret' } }]);
  expect(JSON.stringify(health)).not.toContain('secret');
});
