import { Command } from 'commander';
import { selectsTenants } from './actions/selects-tenants.js';
import { CHANGES } from './commands/changes.js';
import { completionCommand } from './commands/completion.js';
import type { CommandDefinition } from './commands/definition.js';
import { GATE } from './commands/gate.js';
import { migrateCommand } from './commands/migrate.js';
import { READING } from './commands/reading.js';
import { EXIT, EXIT_MEANINGS } from './process/exit-codes.js';
import type { GivenModule } from './module/given-module.js';
import type { CommonFlags } from './process/flags.js';
import { PROGRAM } from './process/retype.js';
import type { Invocation } from './process/invocation.js';
import type { Terminal } from './process/terminal.js';
import { SHARED_FLAGS } from './commands/common-flags.js';

/** What the command line needs from its process. */
interface ProgramHost {
  /** How it is started. @default nest-migrations */
  readonly program?: string;
  /** The module whose options to use, if an application's program passes one. */
  readonly module?: GivenModule;
  readonly version: string;
  readonly terminal: Terminal;
  /** Receives the current command before it runs. */
  readonly onStart: (typed: Invocation) => void;
  /** Receives the exit code of the command that ran. */
  readonly onExit: (exitCode: number) => void;
}

/** In the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  migrateCommand,
  ...READING,
  ...GATE,
  ...CHANGES,
  completionCommand(() => COMMANDS),
];

/**
 * Builds all commands. The code of a command is loaded when it runs.
 *
 * @param words as typed after the program. Only the commands named in them get flags, because adding flags slows down
 *   every start. @default all get them
 */
export function makeProgram(host: ProgramHost, words?: readonly string[]): Command {
  const { version, terminal, onStart, onExit, program = PROGRAM, module } = host;
  const examplesOf = (lines: readonly string[]): string =>
    `\nExamples:\n${indented(lines.map((line) => line.replaceAll(PROGRAM, program)))}`;
  const root = new Command(program)
    .description('Plain SQL migrations for PostgreSQL: each applied once, recorded, checked')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => {} }) // whoever catches the error prints it
    .addHelpText('after', `${examplesOf(EXAMPLES)}\n\nExit codes:\n${exitCodes()}`);
  for (const { name, argument, description, flags, examples, load, loadForTenants } of COMMANDS) {
    const command = root.command(name).description(description).exitOverride();
    if (argument) command.argument(...argument);
    if (words?.includes(name) ?? true) {
      addFlags(command, module ? flags.filter(([flag]) => !flag.startsWith('--module ')) : flags);
      if (examples) command.addHelpText('after', examplesOf(examples));
    }
    command.action(async () => {
      const given = command.opts<CommonFlags>();
      const typed = { program, words: words ?? [], name, args: command.args, flags: given, flagsOf };
      onStart(typed);
      const action = await (loadForTenants && selectsTenants(given) ? loadForTenants : load)();
      onExit(await action(module ? { ...given, module } : given, { ...terminal, typed }, ...typed.args));
    });
  }
  return root;
}

function addFlags(command: Command, flags: CommandDefinition['flags']): void {
  for (const [flag, text, add] of flags) {
    if (add) command.option(flag, text, add);
    else command.option(flag, text);
  }
}

const flagsOf: Invocation['flagsOf'] = (name) =>
  COMMANDS.filter((command) => command.name === name).flatMap(({ flags }) =>
    flags.map((flag) => ({ flag: flag[0], isShared: SHARED_FLAGS.includes(flag) })),
  );

/** A typical workflow. */
const EXAMPLES = [
  'nest-migrations new add_users < users.sql',
  'nest-migrations lint',
  'nest-migrations plan',
  'nest-migrations migrate',
  'nest-migrations status',
  'nest-migrations migrate --help',
];

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

function exitCodes(): string {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  return names.map((name) => `  ${String(EXIT[name]).padEnd(3)} ${EXIT_MEANINGS[name]}`).join('\n');
}
