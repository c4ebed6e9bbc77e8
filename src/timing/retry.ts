import { backOff } from 'exponential-backoff';
import { untilAborted } from './abort.js';

/** How work is retried. */
interface RetrySettings {
  /** Upper limit of the first pause, in ms. @default 100 */
  readonly firstPauseMs?: number;
  /** Upper limit of any pause, in ms. @default 5000 */
  readonly maxPauseMs?: number;
  /** How long to retry, in ms. @default no limit */
  readonly forMs?: number;
  /** Whether an error may go away by itself; `attempt` counts the attempts so far. */
  readonly isTransient: (error: unknown, attempt: number) => boolean;
  /** Called before each pause; `remainingMs` is the time left until no further attempt begins. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  /** No further attempt begins once it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** An attempt that failed and will be followed by another one. */
export interface Retry {
  /** The number of the next attempt; that of the first retry is 2. */
  readonly attempt: number;
  readonly error: unknown;
  /** How much longer attempts will be made, in ms. */
  readonly remainingMs: number;
}

/**
 * Repeats work with jittered exponential backoff while it fails with a transient error.
 *
 * @throws the last error; at once when the signal is aborted during a pause.
 */
export function retry<T>(work: () => Promise<T>, settings: RetrySettings): Promise<T> {
  const { firstPauseMs = 100, maxPauseMs = 5_000, forMs = Number.POSITIVE_INFINITY, signal } = settings;
  const startedAt = performance.now();
  let pausedAfter: { readonly error: unknown } | undefined;
  const mayRetry = (error: unknown, attempt: number): boolean => {
    const remainingMs = forMs - (performance.now() - startedAt);
    if (remainingMs <= 0 || signal?.aborted || !settings.isTransient(error, attempt)) return false;
    settings.onRetry?.({ attempt: attempt + 1, error, remainingMs: Math.round(remainingMs) });
    pausedAfter = { error };
    return true;
  };
  const again = (): Promise<T> => {
    if (signal?.aborted && pausedAfter) throw pausedAfter.error;
    pausedAfter = undefined;
    return work();
  };
  const attempts = async (): Promise<T> => {
    try {
      return await work(); // mostly the only attempt, which needs no more than this
    } catch (error) {
      if (!mayRetry(error, 1)) throw error;
    }
    return backOff(async () => again(), {
      delayFirstAttempt: true,
      startingDelay: firstPauseMs,
      maxDelay: maxPauseMs,
      jitter: 'full',
      numOfAttempts: Number.MAX_SAFE_INTEGER,
      retry: (error: unknown, attempt) => mayRetry(error, attempt + 1),
    });
  };
  return untilAborted(attempts(), signal, () => pausedAfter);
}
