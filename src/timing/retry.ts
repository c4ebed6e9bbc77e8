import { Backoff, type BackoffSettings } from './backoff.js';

/** How work is retried. By default, the first pause is 50 ms, and each further one twice as long, up to 2.5 s. */
interface RetrySettings extends Partial<BackoffSettings> {
  /** How long to retry, in ms; the last attempt is made at the end of this time. @default no limit */
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
 * Repeats work, pausing between attempts, as long as it fails with a transient error.
 *
 * @throws the last error; at once when the signal is aborted during a pause.
 */
export async function retry<T>(work: () => Promise<T>, settings: RetrySettings): Promise<T> {
  const { firstPauseMs = 50, longestPauseMs = 2_500, factor = 2, forMs = Number.POSITIVE_INFINITY, signal } = settings;
  const backoff = new Backoff({ firstPauseMs, longestPauseMs, factor });
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const remainingMs = forMs - (performance.now() - startedAt);
      if (remainingMs <= 0 || signal?.aborted || !settings.isTransient(error, attempt)) throw error;
      settings.onRetry?.({ attempt: attempt + 1, error, remainingMs: Math.round(remainingMs) });
      await backoff.pause(signal, undefined, remainingMs);
      if (signal?.aborted) throw error;
    }
  }
}
