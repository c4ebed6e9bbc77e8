import type { CommandTerminal } from '../process/terminal.js';

/**
 * What a command does. It is loaded when the command runs, so it may import whatever it needs.
 *
 * @param args the arguments that are not flags, as many as its definition names.
 * @returns the exit code.
 * @throws MigrationError, CliError
 */
export type Action<Flags> = (flags: Flags, terminal: CommandTerminal, ...args: readonly string[]) => Promise<number>;
