/**
 * Waits for a piece of work for so many milliseconds. The work itself goes on: what it holds is the caller's to release.
 *
 * @throws what `late` makes, when the time is over.
 */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
