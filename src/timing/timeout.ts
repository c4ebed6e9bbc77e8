/**
 * Waits for work for a limited time. The work itself continues: the caller must release what it holds.
 *
 * @param timeoutMs in ms.
 * @param onTimeout called when the time is over; its result, or the error that it throws, is the outcome.
 */
export async function withTimeout<T>(work: Promise<T>, timeoutMs: number, onTimeout: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  try {
    return await Promise.race([work, timeout.then(onTimeout)]);
  } finally {
    clearTimeout(timer);
  }
}
