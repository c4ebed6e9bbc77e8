import { CliError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import { commandLine } from '../../process/retype.js';
import type { CommandTerminal } from '../../process/terminal.js';

/**
 * Asks for confirmation.
 *
 * @param name what must be typed to confirm. @default y
 * @throws CliError if the answer is no, or if there is no terminal to ask on.
 */
export async function confirm(plan: string, terminal: CommandTerminal, name?: string): Promise<void> {
  if (!terminal.isInteractive) {
    const { program, words } = terminal.typed;
    const command = commandLine(program, [...words, '--yes']);
    const message = `${plan}\nNothing was changed, because this needs confirmation. To confirm, run:\n  ${command}`;
    throw new CliError('CONFIRMATION_REQUIRED', EXIT.usage, message, { command });
  }
  terminal.err(plan);
  const answer = await terminal.ask(name === undefined ? 'Proceed? [y/N] ' : `To proceed, type ${name}: `);
  const isConfirmed = name === undefined ? /^y(?:es)?$/i.test(answer.trim()) : answer.trim() === name;
  if (!isConfirmed) throw new CliError('DECLINED', EXIT.failed, 'Nothing was changed.');
}
