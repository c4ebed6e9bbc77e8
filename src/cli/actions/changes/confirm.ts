import { CliError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import { commandLine } from '../../process/retype.js';
import type { CommandTerminal } from '../../process/terminal.js';

/** Asks for confirmation. @throws CliError if it is denied, or if there is no terminal to ask at. */
export async function confirm(plan: string, terminal: CommandTerminal): Promise<void> {
  if (!terminal.isInteractive) {
    const { program, words } = terminal.typed;
    const command = commandLine(program, [...words, '--yes']);
    const message = `${plan}\nNothing was changed, because this needs confirmation. To confirm, run:\n  ${command}`;
    throw new CliError('CONFIRMATION_REQUIRED', EXIT.usage, message, { command });
  }
  terminal.err(plan);
  const answer = await terminal.ask('Proceed? [y/N] ');
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError('DECLINED', EXIT.failed, 'Nothing was changed.');
}
