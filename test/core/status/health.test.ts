import { describe, expect, test } from '@jest/globals';
import { assessHealth, judgeHealth, type MigrationHealth } from '../../../src/core/status/health.js';
import { DEFAULT_HEALTH_RULES, type HealthRule, type HealthRules } from '../../../src/core/status/health-rules.js';
import { DEFAULT_POLICY, type DriftPolicy } from '../../../src/core/status/policy.js';
import type { MigrationState, MigrationStatus } from '../../../src/core/status/status.js';
import { STATES, statusOf } from '../fixtures.js';

const assess = (statuses: readonly MigrationStatus[], policy: Partial<DriftPolicy> = {}): MigrationHealth =>
  assessHealth(statuses, { ...DEFAULT_POLICY, ...policy });

describe('a replica is up', () => {
  test.each<[MigrationState, string]>([
    ['applied', 'up to date'],
    ['unverified', 'up to date'],
    ['cosmetic', '1 file changed since applied, in comments or whitespace only'],
    ['changed', '1 file changed since applied'],
    ['renamed', '1 file renamed since applied'],
    ['missing', '1 applied file missing'],
  ])('when its migration is %s: %s', (state, message) => {
    expect(assess([statusOf('1_a.sql', state), statusOf('2_b.sql', 'applied')])).toMatchObject({
      status: 'up',
      up: true,
      message,
      blocking: [],
    });
  });

  test('without any migrations', () => {
    expect(assess([])).toMatchObject({ up: true, summary: { total: 0 } });
  });

  test.each<[number, string]>([
    [1, 'the database is ahead of this release by 1 migration'],
    [2, 'the database is ahead of this release by 2 migrations'],
  ])('when the database is ahead by %d, and it says so', (count, message) => {
    const ahead = Array.from({ length: count }, (_, i) => statusOf(`${i + 2}_b.sql`, 'ahead'));
    expect(assess([statusOf('1_a.sql', 'applied'), ...ahead])).toMatchObject({ up: true, message });
  });

  test.each<[number, string]>([
    [1, '1 unfinished migration without a file'],
    [2, '2 unfinished migrations without a file'],
  ])("when %d of another release's migrations did not finish, and it says so", (count, message) => {
    const orphaned = Array.from({ length: count }, (_, i) => statusOf(`${i + 2}_b.sql`, 'orphaned'));
    expect(assess([statusOf('1_a.sql', 'applied'), ...orphaned])).toMatchObject({
      up: true,
      message,
      blocking: [],
    });
  });

  test('when the database is ahead and a migration did not finish, and it says both', () => {
    const statuses = [statusOf('1_a.sql', 'orphaned'), statusOf('2_b.sql', 'applied'), statusOf('3_c.sql', 'ahead')];
    expect(assess(statuses)).toMatchObject({
      up: true,
      message: 'the database is ahead of this release by 1 migration; 1 unfinished migration without a file',
    });
  });
});

describe('a replica is down', () => {
  test.each<[MigrationState, string]>([
    ['pending', 'not applied'],
    ['out-of-order', 'not applied'],
    ['ambiguous', 'not applied'],
    ['unusable', 'not applied'],
    ['failed', 'failed'],
    ['running', 'started and not finished'],
  ])('when a migration of its own is %s, by name', (state, words) => {
    expect(assess([statusOf('1_a.sql', 'applied'), statusOf('2_b.sql', state)])).toMatchObject({
      status: 'down',
      up: false,
      message: `1 migration of this release ${words}`,
      blocking: [{ file: '2_b.sql', state }],
      summary: { total: 2, applied: 1 },
    });
  });

  test('when the database is ahead and yet lacks a migration of its own', () => {
    expect(assess([statusOf('1_a.sql', 'out-of-order'), statusOf('2_b.sql', 'ahead')])).toMatchObject({
      up: false,
    });
  });

  test.each<[MigrationState[], string]>([
    [['ahead'], 'the directory of this release contains no migrations, but 1 is applied'],
    [['ahead', 'ahead', 'orphaned'], 'the directory of this release contains no migrations, but 2 are applied'],
  ])('when it has no migrations at all, while these are recorded: %j', (states, message) => {
    const statuses = states.map((state, i) => statusOf(`${i}_a.sql`, state));
    expect(assess(statuses)).toMatchObject({ up: false, message, blocking: [] });
  });

  test('and lists ten of many, counting all', () => {
    const health = assess(Array.from({ length: 12 }, (_, i) => statusOf(`${i + 1}_a.sql`, 'pending')));
    expect(health.message).toBe('12 migrations of this release not applied');
    expect(health.blocking).toHaveLength(10);
    expect(health.blocking[0]).toEqual({ file: '1_a.sql', state: 'pending' });
  });
});

const judge = (states: readonly MigrationState[], rules: Partial<HealthRules>, policy?: Partial<DriftPolicy>) => {
  const { conditions } = assess(
    [statusOf('0_a.sql', 'applied'), ...states.map((state, i) => statusOf(`${i + 1}_a.sql`, state))],
    policy,
  );
  return judgeHealth(conditions, { ...DEFAULT_HEALTH_RULES, ...rules });
};

describe('rules', () => {
  test.each<[MigrationState, keyof HealthRules]>([
    ['pending', 'pending'],
    ['out-of-order', 'pending'],
    ['ambiguous', 'pending'],
    ['unusable', 'pending'],
    ['failed', 'failed'],
    ['running', 'running'],
    ['changed', 'drift'],
    ['missing', 'drift'],
    ['orphaned', 'drift'],
    ['ahead', 'ahead'],
  ])('a migration that is %s follows the rule "%s", whatever the rule says', (state, rule) => {
    const opposite = Object.fromEntries(Object.keys(DEFAULT_HEALTH_RULES).map((key) => [key, 'ignore']));
    for (const status of ['up', 'degraded', 'down'] as const)
      expect(judge([state], { ...opposite, [rule]: status })).toMatchObject({ status, up: status !== 'down' });
    expect(judge([state], { [rule]: 'ignore' satisfies HealthRule })).toEqual({
      status: 'up',
      up: true,
      message: 'nothing to report',
      blocking: [],
    });
  });

  test('the worst condition determines status, message and files', () => {
    const rules = { pending: 'degraded', failed: 'down', drift: 'degraded' } as const;
    expect(judge(['pending', 'changed', 'failed'], rules)).toMatchObject({
      status: 'down',
      message: '1 migration of this release failed',
      blocking: [{ file: '3_a.sql', state: 'failed' }],
    });
    expect(judge(['pending', 'changed', 'ahead'], rules)).toMatchObject({
      status: 'degraded',
      message: '1 migration of this release not applied; 1 file changed since applied',
      blocking: [{ file: '1_a.sql', state: 'pending' }],
    });
  });

  test('only findings that the policy alerts about are drift; notes are mentioned, ignored findings are not', () => {
    const rules = { drift: 'down' } as const;
    expect(judge(['renamed', 'cosmetic'], rules)).toMatchObject({ status: 'up' });
    expect(judge(['renamed'], rules, { renamed: 'alert' })).toMatchObject({ status: 'down' });
    expect(judge(['renamed'], rules, { renamed: 'fail' })).toMatchObject({ status: 'down' });
    const noted = { status: 'up', message: '1 file changed since applied' };
    expect(judge(['changed'], rules, { changed: 'note' })).toMatchObject(noted);
    expect(judge(['changed'], rules, { changed: 'ignore' })).toMatchObject({ message: 'nothing to report' });
  });

  test('an invalid index that a migration left is drift', () => {
    const status = statusOf('1_a.sql', 'applied');
    const { conditions, message } = assess([
      { ...status, row: { ...status.row!, invalidIndexes: ['public.a_idx', 'public.b_idx'] } },
    ]);
    expect(message).toBe('2 invalid indexes left by a migration');
    expect(judgeHealth(conditions, { ...DEFAULT_HEALTH_RULES, drift: 'degraded' }).status).toBe('degraded');
  });

  test('the files are in migration order, whatever their states', () => {
    const { blocking } = judge(['running', 'pending', 'failed', 'out-of-order'], {});
    expect(blocking.map(({ file }) => file)).toEqual(['1_a.sql', '2_a.sql', '3_a.sql', '4_a.sql']);
  });

  test('no rule excuses an empty directory', () => {
    const { conditions } = assess([statusOf('1_a.sql', 'ahead')]);
    const all = { pending: 'up', failed: 'up', running: 'up', drift: 'up', ahead: 'up' } as const;
    expect(judgeHealth(conditions, all).status).toBe('down');
  });

  test('is up to date only without any condition', () => {
    for (const state of STATES.filter((each) => each !== 'applied' && each !== 'unverified'))
      expect(assess([statusOf('1_a.sql', 'applied'), statusOf('2_a.sql', state)]).message).not.toBe('up to date');
  });
});

test('health details hold names, states and counts, and nothing of the rows', () => {
  const status = statusOf('1_a.sql', 'failed');
  const health = assess([{ ...status, row: { ...status.row!, error: 'secret' } }]);
  expect(JSON.stringify(health)).not.toContain('secret');
});
