import { describe, expect, test } from '@jest/globals';
import { finding, renderFinding, type Finding } from '../../../src/core/errors/finding.js';
import { findDrift } from '../../../src/core/status/findings.js';
import { isNothingToDo, makePlan, type Plan } from '../../../src/core/status/plan.js';
import { DEFAULT_POLICY, type DriftPolicy } from '../../../src/core/status/policy.js';
import type { MigrationState, MigrationStatus } from '../../../src/core/status/status.js';
import * as policies from '../../support/migrator/policies.js';
import { appliedRow, migrationFile, setOf, statusOf } from '../fixtures.js';

const DRIFT_FAILS: DriftPolicy = { ...DEFAULT_POLICY, ...policies.DRIFT_FAILS };
const DRIFT_IGNORED: DriftPolicy = { ...DEFAULT_POLICY, ...policies.DRIFT_IGNORED };
const FAIL: DriftPolicy = { ...DRIFT_FAILS, outOfOrder: 'fail' };

const files = (items: readonly { readonly file: string }[]): string[] => items.map(({ file }) => file);
const codes = (findings: readonly Finding[]): [string, string][] =>
  findings.map(({ code, subject }) => [code, subject]);

const DRIFT = [
  ['changed', 'CHANGED'],
  ['cosmetic', 'COSMETIC'],
  ['renamed', 'RENAMED'],
  ['missing', 'MISSING'],
] as const;

function planOf(statuses: readonly MigrationStatus[], policy = DEFAULT_POLICY): Plan {
  const set = setOf(
    statuses.flatMap(({ migration }) => migration ?? []),
    statuses.flatMap(({ file, problem }) => (problem === undefined ? [] : [{ file, problem }])),
  );
  return makePlan(set, statuses, policy, 'shared.t');
}

describe('a plan', () => {
  test('runs what is pending, out of order, failed and running, in order, and nothing else', () => {
    const all: MigrationState[] = [
      'applied',
      'failed',
      'running',
      'unverified',
      'cosmetic',
      'changed',
      'renamed',
      'missing',
      'out-of-order',
      'pending',
      'ahead',
      'ambiguous',
      'orphaned',
      'unusable',
    ];
    const plan = planOf(all.map((state, i) => statusOf(`${10 + i}_${state}.sql`, state)));
    expect(files(plan.toRun)).toEqual(['11_failed.sql', '12_running.sql', '18_out-of-order.sql', '19_pending.sql']);
  });

  test.each(['failed', 'running'] as const)(
    'leaves alone a %s row of another release, whatever the policy, and warns of it',
    (state) => {
      const row = appliedRow(migrationFile('2_b.sql'), { state });
      const plan = planOf([statusOf('1_a.sql', 'applied'), statusOf('2_b.sql', 'orphaned', { row })], FAIL);
      expect(plan).toMatchObject({ toRun: [], refusals: [] });
      expect(codes(plan.warnings)).toEqual([['ORPHANED', '2_b.sql']]);
      expect(isNothingToDo(plan)).toBe(true);
    },
  );

  test('adopts the checksums of what was recorded without one', () => {
    const plan = planOf([statusOf('1_a.sql', 'unverified'), statusOf('2_b.sql', 'applied')]);
    expect(files(plan.toAdopt)).toEqual(['1_a.sql']);
    expect(isNothingToDo(plan)).toBe(false);
  });

  test('applies what is out of order by default, and says so', () => {
    const plan = planOf([statusOf('1_a.sql', 'out-of-order'), statusOf('2_b.sql', 'applied')]);
    expect(plan).toMatchObject({ refusals: [], warnings: [finding('RUNS_OUT_OF_ORDER', { subject: '1_a.sql' })] });
    expect(files(plan.toRun)).toEqual(['1_a.sql']);
  });

  test('refuses what is out of order when told to, with two ways out', () => {
    const plan = planOf([statusOf('1_a.sql', 'out-of-order')], { ...DEFAULT_POLICY, outOfOrder: 'fail' });
    expect(plan.warnings).toEqual([]);
    expect(plan.refusals.map(renderFinding)).toEqual([
      expect.stringMatching(/^1_a\.sql .*newer migrations.*newer number.*outOfOrder.*\[OUT_OF_ORDER\]$/),
    ]);
  });

  test.each(DRIFT)('warns about a %s migration by default, unless it is a note, and continues', (state, code) => {
    const plan = planOf([statusOf('1_a.sql', state), statusOf('2_b.sql', 'pending')]);
    expect(codes(plan.warnings)).toEqual(code === 'COSMETIC' ? [] : [[code, '1_a.sql']]);
    expect(plan.refusals).toEqual([]);
    expect(files(plan.toRun)).toEqual(['2_b.sql']);
  });

  test.each(DRIFT)('refuses because of a %s migration when told to', (state, code) => {
    const statuses = [statusOf('1_a.sql', state), statusOf('2_b.sql', 'applied')];
    const plan = planOf(statuses, DRIFT_FAILS);
    expect(plan.warnings).toEqual([]);
    expect(codes(plan.refusals)).toEqual([[code, '1_a.sql']]);
    expect(isNothingToDo(plan)).toBe(false);
  });

  test.each(DRIFT)('says nothing of a %s migration when told to, though it is drift still', (state, code) => {
    const statuses = [statusOf('1_a.sql', state), statusOf('2_b.sql', 'applied')];
    const plan = planOf(statuses, DRIFT_IGNORED);
    expect(plan).toMatchObject({ warnings: [], refusals: [] });
    expect(codes(findDrift(statuses))).toEqual([[code, '1_a.sql']]);
    expect(isNothingToDo(plan)).toBe(true);
  });

  test('does not take out of order for drift', () => {
    const plan = planOf([statusOf('1_a.sql', 'out-of-order')], DRIFT_FAILS);
    expect(plan.refusals).toEqual([]);
    expect(files(plan.toRun)).toEqual(['1_a.sql']);
  });

  test.each<DriftPolicy>([DEFAULT_POLICY, FAIL, DRIFT_IGNORED])(
    'always stops at an ambiguous rename and lists what could be meant: %p',
    (policy) => {
      const plan = planOf([statusOf('3_c.sql', 'ambiguous', { candidates: ['1_a.sql', '2_b.sql'] })], policy);
      expect(plan.refusals).toEqual([
        finding('AMBIGUOUS_RENAME', { subject: '3_c.sql', names: ['1_a.sql', '2_b.sql'] }),
      ]);
      expect(plan.toRun).toEqual([]);
      expect(isNothingToDo(plan)).toBe(false);
    },
  );

  test.each<DriftPolicy>([DEFAULT_POLICY, FAIL, DRIFT_IGNORED])(
    'always stops at a file that cannot be used, and says why: %p',
    (policy) => {
      const plan = planOf([statusOf('1_a.sql', 'pending'), statusOf('x.sql', 'unusable')], policy);
      expect(plan.refusals).toEqual([
        finding('UNUSABLE_FILE', { subject: 'x.sql', reason: 'unreadable', detail: 'EACCES' }),
      ]);
      expect(isNothingToDo(plan)).toBe(false);
    },
  );

  test.each<DriftPolicy>([DEFAULT_POLICY, FAIL, DRIFT_IGNORED])(
    'always warns of an unfinished migration under another name and of invalid indexes: %p',
    (policy) => {
      const row = appliedRow(migrationFile('1_old.sql'), { state: 'failed', invalidIndexes: ['public.i'] });
      const plan = planOf([statusOf('1_a.sql', 'failed', { recordedAs: '1_old.sql', row })], policy);
      expect(codes(plan.warnings)).toEqual([
        ['RENAMED_UNFINISHED', '1_a.sql'],
        ['INVALID_INDEX', 'Index public.i'],
      ]);
      expect(files(plan.toRun)).toEqual(['1_a.sql']);
    },
  );

  test('refuses an empty directory where migrations have been applied: it is hardly the right one', () => {
    const plan = planOf([statusOf('1_a.sql', 'ahead'), statusOf('2_b.sql', 'ahead')], DRIFT_IGNORED);
    expect(plan.refusals).toEqual([
      finding('EMPTY_DIRECTORY', { subject: 'migrations', detail: '2_b.sql', recorded: '2', actual: 'shared.t' }),
    ]);
    expect(isNothingToDo(plan)).toBe(false);
  });

  test('lists every reason, not the first one', () => {
    const statuses = [
      statusOf('1_a.sql', 'changed'),
      statusOf('2_b.sql', 'out-of-order'),
      statusOf('3_c.sql', 'missing'),
      statusOf('4_d.sql', 'ambiguous', { candidates: ['4_b.sql', '4_c.sql'] }),
      statusOf('5_e.sql', 'unusable'),
    ];
    expect(
      planOf(statuses, FAIL)
        .refusals.map(({ subject }) => subject)
        .toSorted(),
    ).toEqual(['1_a.sql', '2_b.sql', '3_c.sql', '4_d.sql', '5_e.sql']);
  });

  test('does not call missing what may be renamed: with its row removed, the file would run again', () => {
    const statuses = [
      statusOf('3_c.sql', 'missing'),
      statusOf('4_d.sql', 'ambiguous', { candidates: ['3_c.sql'] }),
      statusOf('5_e.sql', 'missing'),
    ];
    expect(codes(planOf(statuses, FAIL).refusals)).toEqual([
      ['AMBIGUOUS_RENAME', '4_d.sql'],
      ['MISSING', '5_e.sql'],
    ]);
  });

  test('has nothing to do when everything is applied, or ahead, or there is nothing', () => {
    expect(isNothingToDo(planOf([statusOf('1_a.sql', 'applied'), statusOf('2_b.sql', 'ahead')], FAIL))).toBe(true);
    expect(isNothingToDo(planOf([], FAIL))).toBe(true);
    expect(codes(planOf([], FAIL).warnings)).toEqual([['NO_MIGRATIONS', 'migrations']]);
    expect(isNothingToDo(planOf([statusOf('1_a.sql', 'pending')], FAIL))).toBe(false);
  });
});
