import { setTimeout as sleep } from 'node:timers/promises';
import type { EmitEvent } from '../../core/events/events.js';
import { LockTimeoutError } from '../../core/errors/errors.js';
import type { MigrationSession } from '../../core/ports/ports.js';
import { throwIfInterrupted } from './interruption.js';

export interface LockSettings {
  /** How long to wait for the migration lock, in ms. */
  readonly lockTimeoutMs: number;
  /** For messages: the history table. */
  readonly table: string;
}

const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
/** How often a waiting run says that it waits. */
const REMINDER_MS = 10_000;

/**
 * Polls for the migration lock; between polls it holds nothing in the server.
 *
 * @param isStillNeeded asked before each further try; `false` ends the waiting, because the holder did all the work.
 * @returns whether the lock was taken.
 * @throws LockTimeoutError naming the holder; InterruptedError when the signal is given.
 */
export async function acquireLock(
  session: MigrationSession,
  settings: LockSettings,
  emit: EmitEvent,
  isStillNeeded: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<boolean> {
  const startedAt = performance.now();
  let pause = SHORTEST_PAUSE_MS;
  let saidAt = -REMINDER_MS;
  while (!(await session.tryLock())) {
    const waitedMs = performance.now() - startedAt;
    throwIfInterrupted(signal);
    if (waitedMs - saidAt >= REMINDER_MS) {
      emit({ type: 'waiting-for-lock', waitedMs: Math.round(waitedMs) });
      saidAt = waitedMs;
    }
    if (waitedMs >= settings.lockTimeoutMs) {
      throw new LockTimeoutError(waitedMs, await session.lockHolder(), settings.table);
    }
    await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => throwIfInterrupted(signal));
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    // Before the lock is tried again: when a holder is through, all who wait leave at once, with one message each.
    if (!(await isStillNeeded())) return false;
  }
  return true;
}
