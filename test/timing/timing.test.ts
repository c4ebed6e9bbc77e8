import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../../src/timing/backoff.js';
import { retry, type Retry } from '../../src/timing/retry.js';
import { withTimeout } from '../../src/timing/timeout.js';

const LONG_MS = 60_000;
const never = new Promise<string>(() => {});

function tooLate(): never {
  throw new Error('too late');
}

async function elapsedMs(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work.catch(() => {});
  return performance.now() - startedAt;
}

async function pausesOf(backoff: Backoff, count: number): Promise<number[]> {
  const lengths: number[] = [];
  for (let i = 0; i < count; i++) await backoff.pause(undefined, (pauseMs) => lengths.push(pauseMs));
  return lengths;
}

function withPauses(lengthMs: number): Backoff {
  return new Backoff({ firstPauseMs: lengthMs, longestPauseMs: lengthMs, factor: 1 });
}

/** Work that fails so many times. */
function failing(times: number): { work: () => Promise<string>; calls: () => number } {
  let calls = 0;
  const work = (): Promise<string> =>
    ++calls <= times ? Promise.reject(new Error(`failure ${calls}`)) : Promise.resolve('done');
  return { work, calls: () => calls };
}

describe('retry', () => {
  test('repeats work that fails with a transient error, and reports each failure with the remaining time', async () => {
    const { work, calls } = failing(2);
    const retries: Retry[] = [];
    const settings = { firstPauseMs: 1, forMs: LONG_MS, isTransient: () => true };
    expect(await retry(work, { ...settings, onRetry: (each) => retries.push(each) })).toBe('done');
    expect(calls()).toBe(3);
    expect(retries.map(({ attempt, error }) => [attempt, (error as Error).message])).toEqual([
      [2, 'failure 1'],
      [3, 'failure 2'],
    ]);
    for (const { remainingMs } of retries) {
      expect(remainingMs).toBeGreaterThan(LONG_MS - 1_000);
      expect(remainingMs).toBeLessThanOrEqual(LONG_MS);
    }
  });

  test('ends with an error that is not transient', async () => {
    const { work, calls } = failing(9);
    await expect(retry(work, { firstPauseMs: 1, isTransient: (_, attempt) => attempt < 3 })).rejects.toThrow(
      'failure 3',
    );
    expect(calls()).toBe(3);
  });

  test('makes one attempt when there is no time for another', async () => {
    const { work, calls } = failing(9);
    await expect(retry(work, { forMs: 0, isTransient: () => true })).rejects.toThrow('failure 1');
    expect(calls()).toBe(1);
  });

  test('makes the last attempt when the time is up, however long the next pause would be', async () => {
    const { work, calls } = failing(9);
    await expect(retry(work, { firstPauseMs: LONG_MS, forMs: 20, isTransient: () => true })).rejects.toThrow(
      'failure 2',
    );
    expect(calls()).toBe(2);
  });

  test('ends a pause at once when the signal is aborted, and begins no further attempt', async () => {
    const { work, calls } = failing(9);
    const controller = new AbortController();
    const settings = { firstPauseMs: 200, isTransient: () => true, signal: controller.signal };
    const retrying = retry(work, { ...settings, onRetry: () => setTimeout(() => controller.abort(), 0) });
    await expect(retrying).rejects.toThrow('failure 1');
    await sleep(250);
    expect(calls()).toBe(1);
  });

  test('ends even a long pause at once when the signal is aborted', async () => {
    const settings = { firstPauseMs: LONG_MS, isTransient: () => true, signal: AbortSignal.timeout(10) };
    await expect(retry(failing(9).work, settings)).rejects.toThrow('failure 1');
  });

  test('lets an attempt end that is under way when the signal is aborted', async () => {
    const controller = new AbortController();
    const work = async (): Promise<string> => {
      controller.abort();
      await sleep(10);
      return 'done';
    };
    expect(await retry(work, { isTransient: () => true, signal: controller.signal })).toBe('done');
  });
});

describe('withTimeout', () => {
  test('gives the outcome of work that ends in time', async () => {
    expect(await withTimeout(Promise.resolve('done'), LONG_MS, () => 'late')).toBe('done');
    const failed = withTimeout(Promise.reject<string>(new Error('failed')), LONG_MS, () => 'late');
    await expect(failed).rejects.toThrow('failed');
  });

  test('gives what the caller says otherwise', async () => {
    expect(await withTimeout(never, 1, () => 'late')).toBe('late');
    await expect(withTimeout(never, 1, tooLate)).rejects.toThrow('too late');
  });
});

describe('Backoff', () => {
  test('pauses longer each time, up to its limit, and for a time of its own', async () => {
    const backoff = new Backoff({ firstPauseMs: 2, longestPauseMs: 16, factor: 2 });
    const lengths = await pausesOf(backoff, 6);
    for (const [i, most] of [2, 4, 8, 16, 16, 16].entries()) {
      expect(lengths[i]).toBeGreaterThanOrEqual(most / 2);
      expect(lengths[i]).toBeLessThanOrEqual(most * 1.5);
    }
    const firsts = await Promise.all(Array.from({ length: 20 }, () => pausesOf(new Backoff(), 1)));
    expect(new Set(firsts.flat()).size).toBeGreaterThan(1);
  });

  test('ends a pause after its time, or when the signal is aborted, before or meanwhile', async () => {
    expect(await elapsedMs(withPauses(60).pause())).toBeGreaterThanOrEqual(25);
    expect(await elapsedMs(withPauses(LONG_MS).pause(AbortSignal.abort()))).toBeLessThan(1_000);
    expect(await elapsedMs(withPauses(LONG_MS).pause(AbortSignal.timeout(10)))).toBeLessThan(1_000);
  });
});
