import type { CommandTerminal } from '../process/terminal.js';

/**
 * The code of a command. It is loaded only when the command runs, so it may import anything it needs.
 *
 * @param args the positional arguments, as many as its definition has.
 * @returns the exit code.
 * @throws MigrationError, CliError
 */
export type Action<Flags> = (flags: Flags, terminal: CommandTerminal, ...args: readonly string[]) => Promise<number>;
