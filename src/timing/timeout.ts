import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for work for a limited time. The work itself continues: the caller must release what it holds.
 *
 * @param timeoutMs in ms.
 * @param onTimeout called when the time is over; its result, or the error that it throws, is the outcome.
 */
export async function withTimeout<T>(work: Promise<T>, timeoutMs: number, onTimeout: () => T): Promise<T> {
  const settled = new AbortController();
  try {
    return await Promise.race([work, sleep(timeoutMs, undefined, { signal: settled.signal }).then(onTimeout)]);
  } finally {
    settled.abort();
  }
}
