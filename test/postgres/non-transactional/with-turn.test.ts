import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Finding } from '../../../src/core/errors/finding.js';
import type { TurnHolder } from '../../../src/core/errors/lock-errors.js';
import type { ExecutionContext } from '../../../src/postgres/execution/execution-context.js';
import { TurnQueue, type QueuePlace } from '../../../src/postgres/lock/turn-queue.js';
import type { Turn } from '../../../src/postgres/lock/turn.js';
import { withTurn } from '../../../src/postgres/non-transactional/with-turn.js';

const holder = (pid: number, isNext = false): TurnHolder => ({
  pid,
  applicationName: 'other',
  since: null,
  running: '2_i.sql',
  silentMs: null,
  blockedBy: [],
  isNext,
});

const times = (count: number, holderAt: (i: number) => TurnHolder): TurnHolder[] =>
  Array.from({ length: count }, (_, i) => holderAt(i));

/** The time between two attempts, in ms. */
const STEP_MS = 30_000;
let now = 0;
beforeEach(() => {
  now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => void jest.restoreAllMocks());

interface Given {
  readonly timeoutMs?: number;
  /** In the queue of the process. @default it is first */
  readonly join?: () => QueuePlace;
  readonly signal?: AbortSignal;
  /** Called while the server is asked who has the turn. */
  readonly onAsk?: () => void;
}

/** Waits until these have given up the turn. @param holders who has it, at each check in turn. */
async function wait(holders: readonly TurnHolder[], { timeoutMs = 900_000, join, signal, onAsk }: Given = {}) {
  const left = [...holders];
  const warnings: Finding[] = [];
  const turn: Turn = {
    tryTake: () => {
      now += STEP_MS;
      return Promise.resolve(left.length === 0);
    },
    holder: () => {
      onAsk?.();
      return Promise.resolve(left.shift());
    },
    release: () => Promise.resolve(true),
  };
  const queue = new TurnQueue();
  const context = {
    lock: { turn: () => Promise.resolve(turn) },
    turns: { queue: join ? { join } : queue, timeoutMs },
    settings: { signal },
    listener: { warning: (each: Finding) => warnings.push(each) },
  } as unknown as ExecutionContext;
  const outcome = await withTurn(context, '2_i.sql', () => Promise.resolve({ kind: 'done' }));
  return { outcome, warnings, checks: holders.length - left.length };
}

describe('waiting for the turn', () => {
  test('is reported once, after a while', async () => {
    const { outcome, warnings } = await wait(times(4, () => holder(7)));
    expect(outcome).toEqual({ kind: 'done' });
    expect(warnings).toMatchObject([
      { code: 'TURN_AWAITED', subject: '2_i.sql', detail: expect.stringContaining('held by backend 7 (other)') },
    ]);
  });

  test('is not reported if no other migration has the turn for long', async () => {
    expect((await wait([holder(7)])).warnings).toEqual([]);
    expect((await wait(times(6, holder))).warnings).toEqual([]);
  });

  test('ends after the timeout if one process keeps it', async () => {
    const { outcome } = await wait(
      times(6, () => holder(7)),
      { timeoutMs: 60_000 },
    );
    expect(outcome).toMatchObject({ kind: 'overdue', file: '2_i.sql', holder: { pid: 7 } });
  });

  test('ends after the timeout if one process comes next, but does not take it', async () => {
    const { outcome, warnings } = await wait(
      times(6, () => holder(7, true)),
      { timeoutMs: 60_000 },
    );
    expect(outcome).toMatchObject({ kind: 'overdue', holder: { pid: 7, isNext: true } });
    expect(warnings).toMatchObject([
      { detail: expect.stringContaining('the place of the next one is held by backend 7') },
    ]);
  });

  test('ends with a timeout of 0 as soon as one process has kept it from one check to the next', async () => {
    const { outcome, checks } = await wait(
      times(6, () => holder(7)),
      { timeoutMs: 0 },
    );
    expect(outcome).toMatchObject({ kind: 'overdue', holder: { pid: 7 } });
    expect(checks).toBe(2);
  });

  test('goes on as long as others get it', async () => {
    expect((await wait(times(6, holder), { timeoutMs: 60_000 })).outcome).toEqual({ kind: 'done' });
  });
});

/** A place that is first after so many pauses. */
const after = (
  pauses: number,
  { isTurnOurs = (): boolean => true, onPause = (_limitMs: number): void => {} } = {},
): QueuePlace => {
  let left = pauses;
  return {
    isFirst: () => left <= 0,
    isTurnOurs: () => isTurnOurs() && left > 0,
    untilFirst: (limitMs) => {
      onPause(limitMs);
      now += limitMs;
      left -= 1;
      return Promise.resolve();
    },
    tookTurn: () => {},
    leave: () => {},
  };
};

describe('waiting behind a migration of the same process', () => {
  test('is reported like any other wait, but never ends after a timeout', async () => {
    const { outcome, warnings } = await wait(
      times(8, () => holder(7)),
      { timeoutMs: 8_000, join: () => after(8) },
    );
    expect(outcome).toEqual({ kind: 'done' });
    expect(warnings).toMatchObject([
      { code: 'TURN_AWAITED', subject: '2_i.sql', detail: expect.stringContaining('held by backend 7 (other)') },
    ]);
  });

  test('ends after the timeout if another process has the turn: one wait after another would take too long', async () => {
    const { outcome } = await wait(
      times(8, () => holder(7)),
      { timeoutMs: 8_000, join: () => after(8, { isTurnOurs: () => false }) },
    );
    expect(outcome).toMatchObject({ kind: 'overdue', holder: { pid: 7 } });
  });

  test('sends something every five seconds, so that the session does not seem to be stuck', async () => {
    const limits: number[] = [];
    const { checks } = await wait(
      times(4, () => holder(7)),
      { join: () => after(4, { onPause: (limitMs) => limits.push(limitMs) }) },
    );
    expect(limits).toEqual([5_000, 5_000, 5_000, 5_000]);
    expect(checks).toBe(4);
  });

  test('does not end if that one gave up the turn while the server answered', async () => {
    let isOurs = true;
    const { outcome } = await wait(
      times(4, () => holder(7)),
      {
        timeoutMs: 0,
        onAsk: () => (isOurs = false),
        join: () => after(4, { isTurnOurs: () => isOurs, onPause: () => (isOurs = true) }),
      },
    );
    expect(outcome).toEqual({ kind: 'done' });
  });

  test('does not end if that one got the turn, but does not know it yet', async () => {
    let isOurs = false;
    const { outcome } = await wait(
      times(4, () => holder(7)),
      { timeoutMs: 0, join: () => after(4, { isTurnOurs: () => isOurs, onPause: () => (isOurs = true) }) },
    );
    expect(outcome).toEqual({ kind: 'done' });
  });

  test('asks the server a few times per second at most, however short the timeout is', async () => {
    const limits: number[] = [];
    await wait(
      times(3, () => holder(7)),
      { timeoutMs: 0, join: () => after(3, { onPause: (limitMs) => limits.push(limitMs) }) },
    );
    expect(limits).toEqual([250, 250, 250]);
  });

  test('ends when the run is interrupted', async () => {
    const stop = new AbortController();
    const { outcome } = await wait([holder(7)], {
      signal: stop.signal,
      join: () => after(Number.POSITIVE_INFINITY, { onPause: () => stop.abort() }),
    });
    expect(outcome).toEqual({ kind: 'interrupted' });
  });
});
