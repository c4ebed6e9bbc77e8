import type { ServerErrorDetails } from '../../core/errors/errors.js';

/** lock_not_available and deadlock_detected: the same statements may well succeed a moment later. */
const PASSING = ['55P03', '40P01'];

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

export function isPassing({ sqlstate }: ServerErrorDetails): boolean {
  return PASSING.includes(sqlstate);
}

/** The pause before the next attempt, in milliseconds: it doubles with each attempt, and has jitter. */
export function pauseMs(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random());
}
