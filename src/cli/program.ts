import { Command } from 'commander';
import { CHANGES } from './commands/changes.js';
import type { CommandDefinition } from './commands/definition.js';
import { GATE } from './commands/gate.js';
import { migrateCommand } from './commands/migrate.js';
import { READING } from './commands/reading.js';
import { EXIT, EXIT_MEANINGS } from './process/exit-codes.js';
import type { CommonFlags } from './process/flags.js';
import type { Terminal } from './process/terminal.js';

/** What the command line needs from its process. */
interface ProgramHost {
  readonly version: string;
  readonly terminal: Terminal;
  /** Receives the exit code of the command that ran. */
  readonly onExit: (exitCode: number) => void;
}

/** In the order in which the help shows them. */
export const COMMANDS: readonly CommandDefinition[] = [migrateCommand, ...READING, ...GATE, ...CHANGES];

/**
 * Builds all commands. What a command does is loaded when it runs.
 *
 * @param words only the commands among these words get their flags, because flags cost time at every start. @default all
 */
export function makeProgram({ version, terminal, onExit }: ProgramHost, words?: readonly string[]): Command {
  const root = new Command('nest-migrations')
    .description('Plain SQL migrations for PostgreSQL: each applied once, recorded, checked')
    .version(version)
    .exitOverride()
    .addHelpText('after', `\nExit codes:\n${exitCodes()}`);
  for (const { name, argument, description, flags, load } of COMMANDS) {
    const command = root.command(name).description(description).exitOverride();
    if (argument) command.argument(...argument);
    if (words?.includes(name) ?? true) addFlags(command, flags);
    command.action(async () => onExit(await (await load())(command.opts<CommonFlags>(), terminal, ...command.args)));
  }
  return root;
}

function addFlags(command: Command, flags: CommandDefinition['flags']): void {
  for (const [flag, text, add] of flags) {
    if (add) command.option(flag, text, add);
    else command.option(flag, text);
  }
}

function exitCodes(): string {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  return names.map((name) => `  ${String(EXIT[name]).padEnd(3)} ${EXIT_MEANINGS[name]}`).join('\n');
}
