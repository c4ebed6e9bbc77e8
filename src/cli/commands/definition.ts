import type { Action } from '../actions/action.js';
import type { CommonFlags } from '../process/flags.js';

/** A flag as it is typed, its description, and for one that may be repeated, what adds a value to the ones before it. */
export type Flag = readonly [
  flag: string,
  description: string,
  add?: (value: string, before: readonly string[] | undefined) => readonly string[],
];

/** A command as the help shows it. Every start of the command line loads the definitions of all commands. */
export interface CommandDefinition {
  readonly name: string;
  /** An argument as it is typed, `<file>` or, if it may be left out, `[file]`, and its description. */
  readonly argument?: readonly [argument: string, description: string];
  readonly description: string;
  readonly flags: readonly Flag[];
  /** Lines as one types them in a shell. */
  readonly examples?: readonly string[];
  /** Loads what the command does. */
  readonly load: () => Promise<Action<CommonFlags>>;
}
