import { describe, expect, test } from '@jest/globals';
import type { BigIntStats } from 'node:fs';
import { look, TIME_STEP_MS, type Moment, type Sighting } from '../../src/files/sighting.js';

const WALL = Date.parse('2026-01-31T12:00:00Z');
const STEADY = 5_000;

const moment = (afterMs = 0): Moment => ({ steadyMs: STEADY + afterMs, wallMs: WALL + afterMs });

/** A file that was changed so long ago, as the clock of its file system has it. */
function stats(agoMs: number, changes: Partial<BigIntStats> = {}): BigIntStats {
  const ms = BigInt(WALL - agoMs);
  const times = { mtimeMs: ms, ctimeMs: ms, mtimeNs: ms * 1_000_000n, ctimeNs: ms * 1_000_000n };
  return { dev: 1n, ino: 2n, size: 3n, ...times, ...changes } as BigIntStats;
}

const first = (agoMs: number): Sighting => look(stats(agoMs), moment(), undefined, false);

describe('a file that is seen for the first time', () => {
  test.each([
    ['is settled when it was changed long ago', 60_000, true],
    ['is settled when it was changed more than a step ago', TIME_STEP_MS + 1, true],
    ['is not when it was changed just now', 0, false],
    ['is not when it was changed a step ago', TIME_STEP_MS, false],
    ['is not when it was changed in the future, by a clock that is ahead of ours', -3_600_000, false],
  ])('%s', (_, agoMs, isSettled) => {
    expect(first(agoMs).isSettled).toBe(isSettled);
  });

  test('is assessed by the newer of its timestamps: a copy keeps one of them', () => {
    const old = BigInt(WALL - 60_000);
    for (const kept of [{ mtimeMs: old }, { ctimeMs: old }])
      expect(look(stats(0, kept), moment(), undefined, false).isSettled).toBe(false);
  });

  test('is not settled when it appeared while we watched, whatever its times: the clocks may differ', () => {
    expect(look(stats(3_600_000), moment(), undefined, true).isSettled).toBe(false);
  });
});

describe('a file that was seen before', () => {
  test.each([
    ['is settled once the same times were seen for longer than a step', TIME_STEP_MS + 1, true],
    ['is not before that', TIME_STEP_MS, false],
  ])('%s', (_, afterMs, isSettled) => {
    expect(look(stats(0), moment(afterMs), first(0), false).isSettled).toBe(isSettled);
  });

  test('is settled in that way too when its times are in the future', () => {
    const hour = 3_600_000;
    expect(look(stats(-hour), moment(TIME_STEP_MS + 1), first(-hour), false).isSettled).toBe(true);
  });

  test('stays settled', () => {
    expect(look(stats(60_000), moment(1), first(60_000), false).isSettled).toBe(true);
  });

  test.each<[string, BigIntStats]>([
    ['its size', stats(60_000, { size: 4n })],
    ['its inode', stats(60_000, { ino: 9n })],
    ['its device', stats(60_000, { dev: 9n })],
    ['the time of its change by a nanosecond', stats(60_000, { mtimeNs: 1n })],
    ['the time of its change of state by a nanosecond', stats(60_000, { ctimeNs: 1n })],
  ])('is another one, and not settled, when %s has changed, whatever its times', (_, changed) => {
    const before = first(60_000);
    const now = look(changed, moment(10_000), before, false);
    expect(now.signature).not.toBe(before.signature);
    expect(now).toMatchObject({ isSettled: false, sinceMs: STEADY + 10_000 });
  });
});
