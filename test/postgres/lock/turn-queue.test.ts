import { describe, expect, test } from '@jest/globals';
import { TurnQueue, type QueuePlace } from '../../../src/postgres/lock/turn-queue.js';

/** Longer than any test takes. */
const LONG_MS = 3_600_000;

function queueOf(count: number): QueuePlace[] {
  const queue = new TurnQueue();
  return Array.from({ length: count }, () => queue.join());
}

describe('a queue of migrations that wait for the turn', () => {
  test('is served in the order of arrival, without those that have left it', async () => {
    const [a, b, c] = queueOf(3) as [QueuePlace, QueuePlace, QueuePlace];
    expect([a, b, c].map((each) => each.isFirst())).toEqual([true, false, false]);
    const ofLast = c.untilFirst(LONG_MS).then(() => c.isFirst());
    b.leave();
    expect(c.isFirst()).toBe(false);
    a.leave();
    expect(await ofLast).toBe(true);
  });

  test('does not make the first one wait', async () => {
    const [a, b] = queueOf(2) as [QueuePlace, QueuePlace];
    a.leave();
    await b.untilFirst(LONG_MS);
    expect(b.isFirst()).toBe(true);
  });

  test('stops waiting when the signal is aborted, or after the limit', async () => {
    const [, b] = queueOf(2) as [QueuePlace, QueuePlace];
    const stop = new AbortController();
    const waiting = b.untilFirst(LONG_MS, stop.signal);
    stop.abort();
    await waiting;
    await b.untilFirst(1);
    expect(b.isFirst()).toBe(false);
  });

  test('shows whether one of them has the turn', () => {
    const [a, b, c] = queueOf(3) as [QueuePlace, QueuePlace, QueuePlace];
    expect(b.isTurnOurs()).toBe(false);
    a.tookTurn();
    expect(b.isTurnOurs()).toBe(true);
    c.leave();
    expect(b.isTurnOurs()).toBe(true);
    a.leave();
    expect(b.isTurnOurs()).toBe(false);
  });
});
