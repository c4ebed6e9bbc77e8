/**
 * What a promise is rejected with; an error of its own when it is fulfilled, or rejected with something of another
 * class.
 */
export async function failureOf<T extends Error>(
  promise: Promise<unknown>,
  expected: abstract new (...args: never[]) => T,
): Promise<T> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome))
    throw new Error(`expected ${expected.name}, but it went well: ${JSON.stringify(outcome.value)}`);
  if (!(outcome.error instanceof expected))
    throw new Error(`expected ${expected.name}, got ${String(outcome.error)}`, { cause: outcome.error });
  return outcome.error;
}
