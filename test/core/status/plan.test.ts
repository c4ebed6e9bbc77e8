import { describe, expect, test } from '@jest/globals';
import { isNothingToDo, makePlan, type PlanPolicy } from '../../../src/core/status/plan.js';
import type { MigrationState } from '../../../src/core/status/status.js';
import { statusOf } from '../fixtures.js';

const DEFAULT_POLICY: PlanPolicy = { outOfOrder: 'apply', onDrift: 'warn' };

const FAIL: PlanPolicy = { outOfOrder: 'fail', onDrift: 'fail' };
const files = (items: readonly { readonly file: string }[]): string[] => items.map(({ file }) => file);
const DRIFT: readonly MigrationState[] = ['changed', 'cosmetic', 'renamed', 'missing'];

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
    ];
    const plan = makePlan(
      all.map((state, i) => statusOf(`${10 + i}_${state}.sql`, state)),
      DEFAULT_POLICY,
    );
    expect(files(plan.toRun)).toEqual(['11_failed.sql', '12_running.sql', '18_out-of-order.sql', '19_pending.sql']);
  });

  test.each<MigrationState>(['failed', 'running'])("leaves alone what another release's %s row names", (state) => {
    const plan = makePlan([statusOf('1_a.sql', 'applied'), statusOf('2_b.sql', state, { onDisk: false })], FAIL);
    expect(plan).toMatchObject({ toRun: [], refusals: [] });
    expect(isNothingToDo(plan)).toBe(true);
  });

  test('adopts the checksums of what was recorded without one', () => {
    const plan = makePlan([statusOf('1_a.sql', 'unverified'), statusOf('2_b.sql', 'applied')], DEFAULT_POLICY);
    expect(files(plan.toAdopt)).toEqual(['1_a.sql']);
    expect(isNothingToDo(plan)).toBe(false);
  });

  test('applies what is out of order by default, and says so', () => {
    const plan = makePlan([statusOf('1_a.sql', 'out-of-order'), statusOf('2_b.sql', 'applied')], DEFAULT_POLICY);
    expect(plan).toMatchObject({
      refusals: [],
      warnings: ['1_a.sql runs out of order: newer migrations are applied already'],
    });
    expect(files(plan.toRun)).toEqual(['1_a.sql']);
  });

  test('refuses what is out of order when told to, with two ways out', () => {
    const plan = makePlan([statusOf('1_a.sql', 'out-of-order')], { ...DEFAULT_POLICY, outOfOrder: 'fail' });
    expect(plan.warnings).toEqual([]);
    expect(plan.refusals).toEqual([
      { file: '1_a.sql', reason: expect.stringMatching(/out of order.*newer number.*outOfOrder/) },
    ]);
  });

  test.each(DRIFT)('warns of a %s migration by default, and goes on', (state) => {
    const plan = makePlan([statusOf('1_a.sql', state), statusOf('2_b.sql', 'pending')], DEFAULT_POLICY);
    expect(plan.warnings).toEqual([expect.stringContaining('1_a.sql')]);
    expect(plan).toMatchObject({ refusals: [], drift: [{ kind: state, file: '1_a.sql' }] });
    expect(files(plan.toRun)).toEqual(['2_b.sql']);
  });

  test.each(DRIFT)('refuses because of a %s migration when told to', (state) => {
    const plan = makePlan([statusOf('1_a.sql', state)], { ...DEFAULT_POLICY, onDrift: 'fail' });
    expect(plan.warnings).toEqual([]);
    expect(plan.refusals).toEqual([{ file: '1_a.sql', reason: expect.stringContaining('1_a.sql') }]);
    expect(isNothingToDo(plan)).toBe(false);
  });

  test.each(DRIFT)('says nothing of a %s migration when told to, and still knows it', (state) => {
    const plan = makePlan([statusOf('1_a.sql', state)], { ...DEFAULT_POLICY, onDrift: 'ignore' });
    expect(plan).toMatchObject({ warnings: [], refusals: [], drift: [{ kind: state }] });
    expect(isNothingToDo(plan)).toBe(true);
  });

  test('does not take out of order for drift', () => {
    const plan = makePlan([statusOf('1_a.sql', 'out-of-order')], { outOfOrder: 'apply', onDrift: 'fail' });
    expect(plan).toMatchObject({ refusals: [], drift: [] });
  });

  test.each<PlanPolicy>([DEFAULT_POLICY, FAIL, { outOfOrder: 'apply', onDrift: 'ignore' }])(
    'always stops at an ambiguous rename and lists what could be meant: %p',
    (policy) => {
      const plan = makePlan([statusOf('3_c.sql', 'ambiguous', { candidates: ['1_a.sql', '2_b.sql'] })], policy);
      expect(plan.refusals).toEqual([{ file: '3_c.sql', reason: expect.stringContaining('1_a.sql, 2_b.sql') }]);
      expect(plan.toRun).toEqual([]);
      expect(isNothingToDo(plan)).toBe(false);
    },
  );

  test('lists every reason, not the first one', () => {
    const statuses = [
      statusOf('1_a.sql', 'changed'),
      statusOf('2_b.sql', 'out-of-order'),
      statusOf('3_c.sql', 'missing'),
      statusOf('4_d.sql', 'ambiguous', { candidates: ['3_c.sql'] }),
    ];
    expect(files(makePlan(statuses, FAIL).refusals).toSorted()).toEqual(['1_a.sql', '2_b.sql', '3_c.sql', '4_d.sql']);
  });

  test('has nothing to do when everything is applied, or ahead, or there is nothing', () => {
    expect(isNothingToDo(makePlan([statusOf('1_a.sql', 'applied'), statusOf('2_b.sql', 'ahead')], FAIL))).toBe(true);
    expect(isNothingToDo(makePlan([], FAIL))).toBe(true);
    expect(isNothingToDo(makePlan([statusOf('1_a.sql', 'pending')], FAIL))).toBe(false);
  });
});
