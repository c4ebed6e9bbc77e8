import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/** Milliseconds of a flag that is given in seconds. @throws CliError */
export function secondsOf(flag: string, typed: string): number {
  const seconds = typed.trim() === '' ? Number.NaN : Number(typed);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.round(seconds * 1000);
  throw new CliError('USAGE', EXIT.usage, `error: ${flag}: ${JSON.stringify(typed)} is not a number of seconds`);
}
