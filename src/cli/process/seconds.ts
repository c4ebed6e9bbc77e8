/** A flag that is given in seconds, in milliseconds; undefined if it is no such number. */
export function millisecondsOf(typed: string): number | undefined {
  const seconds = typed.trim() === '' ? Number.NaN : Number(typed);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1000) : undefined;
}

/** The problem with a flag that is not given in seconds. */
export function secondsProblem(flag: string, typed: string): string {
  return `${flag}: ${JSON.stringify(typed)} is not a number of seconds`;
}
