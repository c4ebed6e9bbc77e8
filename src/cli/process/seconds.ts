import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';

/** Converts the value of a flag from seconds to milliseconds; undefined if it is not a valid number. */
export function millisecondsOf(typed: string): number | undefined {
  const seconds = typed.trim() === '' ? Number.NaN : Number(typed);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1000) : undefined;
}

/** The problem with a flag whose value is not a number of seconds. */
export function secondsProblem(flag: string, typed: string): ConfigurationProblem {
  const given = JSON.stringify(typed);
  return { option: flag, code: 'invalid', given, detail: `${given} is not a number of seconds` };
}
