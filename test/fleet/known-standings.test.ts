import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { TenantStanding, TenantState } from '../../src/core/tenants/standing.js';
import { KnownStandings } from '../../src/fleet/known-standings.js';

const MINUTE = 60_000;
const WAITING = Promise.resolve('waiting');
const standing = (tenant: string, state: TenantState): TenantStanding => ({
  tenant,
  group: undefined,
  state,
  pending: state === 'current' ? [] : ['1_a.sql'],
  failed: [],
  findings: [],
});

/** The states that were read, and a read that ends when the test says so. */
function observed() {
  const reads: { resolve: (found: readonly TenantStanding[]) => void; reject: (error: Error) => void }[] = [];
  const known = new KnownStandings(() => new Promise((resolve, reject) => reads.push({ resolve, reject })));
  const answer = async (read: number, ...found: readonly TenantStanding[]): Promise<void> => {
    reads[read]?.resolve(found);
    await new Promise(setImmediate);
  };
  const fail = async (read: number): Promise<void> => {
    reads[read]?.reject(new Error('no list'));
    await new Promise(setImmediate);
  };
  return { known, reads, answer, fail };
}

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const inBrief = (standings: readonly TenantStanding[]): string =>
  standings.map(({ tenant, state }) => `${tenant} ${state}`).join(', ');

describe('the known states of tenants', () => {
  test('a tenant that was migrated is up to date without another read, and the others stay known', async () => {
    const { known, reads, answer } = observed();
    const first = known.of('a', MINUTE);
    await answer(0, standing('a', 'behind'), standing('b', 'behind'));
    known.settle(standing('a', 'current'));
    expect((await first)?.tenant).toBe('a');
    expect((await known.of('a', 0))?.state).toBe('current');
    expect((await known.of('b', MINUTE))?.state).toBe('behind');
    expect(reads).toHaveLength(1);
  });

  test('a read that began before a tenant was migrated does not make it behind again', async () => {
    const { known, reads, answer } = observed();
    const reading = known.of('b', 0);
    known.settle(standing('a', 'current'));
    await answer(0, standing('a', 'behind'), standing('b', 'behind'));
    await reading;
    expect((await known.of('a', 0))?.state).toBe('current');
    expect(reads).toHaveLength(1);
  });

  test('what was asked after a failed migration is not answered by an earlier read', async () => {
    const { known, reads, answer } = observed();
    const earlier = known.of('b', 0);
    known.expire('a');
    const asked = known.of('a', MINUTE);
    await answer(0, standing('a', 'behind'), standing('b', 'behind'));
    await answer(1, standing('a', 'failed'), standing('b', 'behind'));
    expect((await asked)?.state).toBe('failed');
    expect((await earlier)?.state).toBe('behind');
    expect((await known.of('a', MINUTE))?.state).toBe('failed');
    expect(reads).toHaveLength(2);
  });

  test('tenants that were up to date stay so while nothing can be read, which is not tried all the time', async () => {
    const { known, reads, answer, fail } = observed();
    const first = known.of('a', 0);
    await answer(0, standing('a', 'current'), standing('b', 'behind'));
    await first;
    const failing = [known.of('b', 0).catch(String), known.of('b', 0).catch(String)];
    await fail(1);
    expect(await Promise.all(failing)).toEqual(['Error: no list', 'Error: no list']);
    await expect(known.of('b', MINUTE)).resolves.toMatchObject({ state: 'behind' });
    known.expire('b');
    await expect(known.of('b', MINUTE)).rejects.toThrow('no list');
    expect(reads).toHaveLength(2);
    known.expire('a');
    const ready = known.of('a', 0);
    await fail(2);
    expect((await ready)?.state).toBe('current');
  });

  test('a tenant that was up to date stays so while its database cannot be read', async () => {
    const { known, answer } = observed();
    const first = known.of('a', 0);
    await answer(0, standing('a', 'current'), standing('b', 'behind'));
    await first;
    const next = known.of('b', 0);
    await answer(1, standing('a', 'unknown'), standing('b', 'unknown'));
    expect((await next)?.state).toBe('unknown');
    expect((await known.of('a', 0))?.state).toBe('current');
  });
});

describe('reads that take long', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
  afterEach(() => void jest.useRealTimers());

  test('the first one is waited for, and its age counts from its end', async () => {
    const { known, reads, answer } = observed();
    const first = known.all(2_000, 3_000);
    await pass(10_000);
    await answer(0, standing('a', 'current'));
    expect(inBrief(await first)).toBe('a current');
    await pass(1_999);
    await known.all(2_000, 3_000);
    expect(reads).toHaveLength(1);
  });

  test('the states of before are returned while they are read again, for two minutes', async () => {
    const { known, reads, answer } = observed();
    const first = known.all(2_000, 3_000);
    await answer(0, standing('a', 'behind'));
    await first;
    await pass(10_000);
    const impatient = known.all(2_000, 3_000).then(inBrief);
    await pass(499);
    expect(await Promise.race([impatient, WAITING])).toBe('waiting');
    await pass(1);
    expect(await impatient).toBe('a behind');
    expect(inBrief((await Promise.all([known.all(2_000, 3_000), pass(1)]))[0])).toBe('a behind'); // at once
    expect(reads).toHaveLength(2);
    await pass(109_000);
    expect(inBrief((await Promise.all([known.all(2_000, 3_000), pass(500)]))[0])).toBe('a behind');
    const late = known.all(2_000, 3_000).then(inBrief);
    await pass(3_000);
    expect(await Promise.race([late, WAITING])).toBe('waiting');
    await answer(reads.length - 1, standing('a', 'current'));
    expect(await late).toBe('a current');
  });

  test('they are returned before a caller with little time gives up', async () => {
    const { known, answer } = observed();
    const first = known.all(0, 3_000);
    await answer(0, standing('a', 'current'));
    await first;
    const next = known.all(0, 300).then(inBrief);
    await pass(150);
    expect(await Promise.race([next, WAITING])).toBe('a current');
  });

  test('they are not returned after a read that failed', async () => {
    const { known, answer, fail } = observed();
    const first = known.all(0, 3_000);
    await answer(0, standing('a', 'current'));
    await first;
    const failing = known.all(0, 3_000).catch(String);
    await fail(1);
    expect(await failing).toBe('Error: no list');
    const next = known.all(0, 3_000).catch(String);
    await pass(3_000);
    expect(await Promise.race([next, WAITING])).toBe('waiting');
    await fail(2);
    expect(await next).toBe('Error: no list');
  });

  test('one that never ends is given up after a minute, and the next one counts', async () => {
    const { known, reads, answer } = observed();
    const hanging = [known.all(0, 3_000).catch(String), known.of('a', 0).catch(String)];
    await pass(60_000);
    const text = 'Error: The states of tenants could not be read within 60 s';
    expect(await Promise.all(hanging)).toEqual([text, text]);
    const next = known.of('a', 0);
    expect(reads).toHaveLength(2);
    await answer(1, standing('a', 'current'));
    expect((await next)?.state).toBe('current');
  });

  test('one that was given up counts when it ends, but not after a later one', async () => {
    const { known, reads, answer } = observed();
    const first = known.all(MINUTE, 3_000).catch(String);
    await pass(60_000);
    const second = known.all(MINUTE, 3_000).catch(String);
    await pass(60_000);
    const third = known.all(MINUTE, 3_000);
    expect([await first, await second]).toEqual([expect.any(String), expect.any(String)]);
    await answer(1, standing('a', 'behind'));
    expect(inBrief(await known.all(MINUTE, 3_000))).toBe('a behind');
    await answer(0, standing('a', 'failed'));
    expect(inBrief(await known.all(MINUTE, 3_000))).toBe('a behind');
    await answer(2, standing('a', 'current'));
    expect(inBrief(await third)).toBe('a current');
    expect(reads).toHaveLength(3);
  });

  test('a tenant that could be served does not wait for one that never ends', async () => {
    const { known, reads, answer } = observed();
    const first = known.of('a', 2_000);
    await answer(0, standing('a', 'current'));
    await first;
    await pass(MINUTE);
    const waiting = known.of('a', 2_000);
    await pass(500);
    expect((await waiting)?.state).toBe('current');
    expect(reads).toHaveLength(2);
    const next = known.of('a', 2_000);
    await pass(1);
    expect((await Promise.race([next, Promise.resolve(undefined)]))?.state).toBe('current');
  });

  test('after a rollout, all are read again, and by a read that begins after it', async () => {
    const { known, reads, answer } = observed();
    const first = known.all(MINUTE, 3_000);
    await pass(1);
    known.expireAll();
    const second = known.all(MINUTE, 3_000);
    await answer(0, standing('a', 'behind'));
    expect(inBrief(await first)).toBe('a behind');
    await answer(1, standing('a', 'current'));
    expect(inBrief(await second)).toBe('a current');
    expect(reads).toHaveLength(2);
    await pass(1);
    known.expireAll();
    expect((await known.of('a', MINUTE))?.state).toBe('current'); // without a read
    expect(reads).toHaveLength(2);
  });
});
