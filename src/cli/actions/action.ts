import type { Terminal } from '../process/terminal.js';

/**
 * What a command does. It is loaded when the command runs, so it may import whatever it needs.
 *
 * @returns the exit code.
 * @throws MigrationError
 */
export type Action<Flags> = (flags: Flags, terminal: Terminal) => Promise<number>;
