import { Command } from 'commander';
import type { CommandDefinition } from './commands/definition.js';
import { migrateCommand } from './commands/migrate.js';
import { statusCommand } from './commands/status.js';
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
const COMMANDS: readonly CommandDefinition[] = [migrateCommand, statusCommand];

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
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 a migration failed or was refused, 2 wrong usage or configuration, 3 database unreachable, 130 and 143 ended by SIGINT and SIGTERM',
    );
  for (const { name, description, flags, load } of COMMANDS) {
    const command = root
      .command(name)
      .description(description)
      .exitOverride()
      .action(async (given: CommonFlags) => onExit(await (await load())(given, terminal)));
    if (words?.includes(name) ?? true) for (const flag of flags) command.option(...flag);
  }
  return root;
}
