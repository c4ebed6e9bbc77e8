import { LockTimeoutError, type LockHolder } from '../../core/errors/lock-errors.js';
import type { MigrationLock } from '../../core/ports/ports.js';
import { Backoff } from '../../timing/backoff.js';
import { throwIfInterrupted } from './interruption.js';
import type { MigratorParts } from './parts.js';

/** How to wait for the migration lock. */
export interface LockWait {
  readonly timeoutMs: number;
  /** `performance.now()` when the wait began. @default now */
  readonly startedAt?: number | undefined;
  /** For messages. */
  readonly target: string;
  /** What the run has applied so far, for errors. @default nothing */
  readonly applied?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Called at once, and again every ten seconds. */
  readonly onWaiting: (waitedMs: number, remainingMs: number, holder: LockHolder | undefined) => void;
  /** Called after each failed attempt; `false` stops waiting, because the holder did all the work. */
  readonly isStillNeeded?: () => boolean;
}

const REMINDER_MS = 10_000;

/**
 * Polls for the migration lock; between polls it holds nothing on the server.
 *
 * @returns the time that it waited, in ms; undefined when the lock was not taken because it is no longer needed.
 * @throws LockTimeoutError naming the holder; InterruptedError when the signal is aborted.
 */
export async function acquireLock(
  lock: Pick<MigrationLock, 'tryTake' | 'holder'>,
  wait: LockWait,
): Promise<number | undefined> {
  const { startedAt = performance.now() } = wait;
  const waited = (): number => performance.now() - startedAt;
  const backoff = new Backoff();
  let reportedAt = Number.NEGATIVE_INFINITY;
  while (!(await lock.tryTake())) {
    throwIfInterrupted(wait.signal, wait.applied);
    if (wait.isStillNeeded?.() === false) return undefined;
    const waitedMs = waited();
    if (waitedMs - reportedAt >= REMINDER_MS || waitedMs >= wait.timeoutMs) {
      const holder = await lock.holder();
      if (reportedAt < 0 || waitedMs < wait.timeoutMs)
        wait.onWaiting(Math.round(waitedMs), Math.max(0, Math.round(wait.timeoutMs - waitedMs)), holder);
      if (waitedMs >= wait.timeoutMs) throw new LockTimeoutError(waitedMs, holder, wait.target, wait.applied);
      reportedAt = waitedMs;
    }
    await backoff.pause(wait.signal);
    throwIfInterrupted(wait.signal, wait.applied);
  }
  return Math.round(waited());
}

/** How to wait for the lock, if not as a run does. */
export type LockWaitOptions = Partial<Pick<LockWait, 'timeoutMs' | 'startedAt'>>;

/**
 * Takes the lock for work that runs no migration. Emits no event while it waits.
 *
 * @throws LockTimeoutError naming the holder; InterruptedError when the signal is aborted.
 */
export async function takeLock(
  lock: Pick<MigrationLock, 'tryTake' | 'holder'>,
  { database, policy }: Pick<MigratorParts, 'database' | 'policy'>,
  signal: AbortSignal | undefined,
  { timeoutMs = policy.migrationLockTimeoutMs, startedAt }: LockWaitOptions = {},
): Promise<void> {
  await acquireLock(lock, { timeoutMs, startedAt, target: database.target.name, signal, onWaiting: () => {} });
}
