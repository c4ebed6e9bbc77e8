import type { Action } from '../actions/action.js';
import type { CommonFlags } from '../process/flags.js';

/** A flag as typed, its description and, if it is repeatable, a function that adds a value to the previous ones. */
export type Flag = readonly [
  flag: string,
  description: string,
  add?: (value: string, before: readonly string[] | undefined) => readonly string[],
];

/** A word with which the names of several commands begin. */
export interface CommandGroup {
  readonly name: string;
  readonly description: string;
}

/** A command as shown in the help. Every start of the command line loads the definitions of all commands. */
export interface CommandDefinition {
  /** One word, or two if the command belongs to a group: `fleet work`. */
  readonly name: string;
  /** An argument as typed (`<file>`, or `[file]` if it is optional) and its description. */
  readonly argument?: readonly [argument: string, description: string];
  readonly description: string;
  readonly flags: readonly Flag[];
  /** Command lines as typed in a shell. */
  readonly examples?: readonly string[];
  /** Loads what the command does. */
  readonly load: () => Promise<Action<CommonFlags>>;
  /** The same if tenants are selected. @default the command does not work on tenants */
  readonly loadForTenants?: () => Promise<Action<CommonFlags>>;
  /** Why tenants cannot be selected, and what to do instead: whole sentences. @default the error says only that the flag is unknown */
  readonly withoutTenants?: string;
}
