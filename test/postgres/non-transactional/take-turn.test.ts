import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Finding } from '../../../src/core/errors/finding.js';
import type { TurnHolder } from '../../../src/core/errors/lock-errors.js';
import type { ExecutionContext } from '../../../src/postgres/execution/execution-context.js';
import type { Turn } from '../../../src/postgres/lock/turn.js';
import { inTurn } from '../../../src/postgres/non-transactional/take-turn.js';

const holder = (pid: number, isNext = false): TurnHolder => ({
  pid,
  applicationName: 'other',
  since: null,
  running: '2_i.sql',
  silentMs: null,
  blockedBy: [],
  isNext,
});

/** The time between two attempts, in ms. */
const STEP_MS = 30_000;
let now = 0;
beforeEach(() => {
  now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => void jest.restoreAllMocks());

/** Waits until these have released the turn. @param holders who has it, at each look in turn. */
async function wait(holders: readonly TurnHolder[], timeoutMs: number) {
  const left = [...holders];
  const warnings: Finding[] = [];
  const turn: Turn = {
    tryTake: () => {
      if (left.length < holders.length) now += STEP_MS;
      return Promise.resolve(left.length === 0);
    },
    holder: () => Promise.resolve(left.shift()),
    release: () => Promise.resolve(),
  };
  const context = {
    lock: { turn: () => Promise.resolve(turn) },
    turns: { inLine: <T>(work: () => Promise<T>) => work(), timeoutMs },
    settings: {},
    listener: { warning: (each: Finding) => warnings.push(each) },
  } as unknown as ExecutionContext;
  return { outcome: await inTurn(context, '2_i.sql', () => Promise.resolve({ kind: 'done' })), warnings };
}

describe('waiting for the turn', () => {
  test('is reported once, after a while', async () => {
    const { outcome, warnings } = await wait(
      Array.from({ length: 4 }, () => holder(7)),
      900_000,
    );
    expect(outcome).toEqual({ kind: 'done' });
    expect(warnings).toMatchObject([
      { code: 'TURN_AWAITED', subject: '2_i.sql', detail: expect.stringContaining('held by backend 7 (other)') },
    ]);
  });

  test('is not reported if it is short', async () => {
    expect((await wait([holder(7)], 900_000)).warnings).toEqual([]);
  });

  test('ends after the timeout if one process keeps it', async () => {
    const { outcome } = await wait(
      Array.from({ length: 6 }, () => holder(7)),
      60_000,
    );
    expect(outcome).toMatchObject({ kind: 'overdue', file: '2_i.sql', holder: { pid: 7 } });
  });

  test('ends after the timeout if one process comes next, but does not take it', async () => {
    const { outcome, warnings } = await wait(
      Array.from({ length: 6 }, () => holder(7, true)),
      60_000,
    );
    expect(outcome).toMatchObject({ kind: 'overdue', holder: { pid: 7, isNext: true } });
    expect(warnings).toMatchObject([
      { detail: expect.stringContaining('the place of the next one is held by backend 7') },
    ]);
  });

  test('goes on as long as others get it', async () => {
    const { outcome } = await wait(
      Array.from({ length: 6 }, (_, pid) => holder(pid)),
      60_000,
    );
    expect(outcome).toEqual({ kind: 'done' });
  });
});
