import { Command } from 'commander';
import { selectsTenants } from './actions/selects-tenants.js';
import { CHANGES } from './commands/changes.js';
import { completionCommand } from './commands/completion.js';
import type { CommandDefinition, CommandGroup } from './commands/definition.js';
import { FLEET, FLEET_GROUP } from './commands/fleet.js';
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
  /** Receives the current command before it runs, and again if messages are about one tenant. */
  readonly onStart: (typed: Invocation) => void;
  /** Receives the exit code of the command that ran. */
  readonly onExit: (exitCode: number) => void;
}

const GROUPS: readonly CommandGroup[] = [FLEET_GROUP];

/** In the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  migrateCommand,
  ...READING,
  ...GATE,
  ...CHANGES,
  ...FLEET,
  completionCommand(() => COMMANDS, GROUPS),
];

/**
 * Builds all commands. The code of a command is loaded when it runs.
 *
 * @param words as typed after the program. Only the commands named in them get flags, because adding flags slows down
 *   every start. @default all get them
 */
export function makeProgram(host: ProgramHost, words?: readonly string[]): Command {
  const { version, program = PROGRAM } = host;
  const root = new Command(program)
    .description('Plain SQL migrations for PostgreSQL: each applied once, recorded, checked')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => {} }) // whoever catches the error prints it
    .addHelpText('after', `${examplesOf(EXAMPLES, program)}\n\nExit codes:\n${exitCodes()}`);
  const groups = new Map<string, Command>();
  for (const definition of COMMANDS) {
    const [first = '', second] = definition.name.split(' ');
    if (second === undefined) addCommand(root, first, definition, host, words);
    else {
      const group = groups.get(first) ?? addGroup(root, first);
      groups.set(first, group);
      addCommand(group, second, definition, host, words);
    }
  }
  return root;
}

function addGroup(root: Command, name: string): Command {
  const description = GROUPS.find((group) => group.name === name)?.description ?? '';
  return root.command(name).description(description).exitOverride();
}

function addCommand(
  parent: Command,
  shortName: string,
  { name, argument, description, flags, examples, load, loadForTenants }: CommandDefinition,
  { program = PROGRAM, terminal, onStart, onExit, module }: ProgramHost,
  words: readonly string[] | undefined,
): void {
  const command = parent.command(shortName).description(description).exitOverride();
  if (argument) command.argument(...argument);
  if (!words || name.split(' ').every((part) => words.includes(part))) {
    addFlags(command, module ? flags.filter(([flag]) => !flag.startsWith('--module ')) : flags);
    if (examples) command.addHelpText('after', examplesOf(examples, program));
  }
  command.action(async () => {
    const given = command.opts<CommonFlags>();
    const typed = { program, words: words ?? [], name, args: command.args, flags: given, flagsOf };
    onStart(typed);
    const action = await (loadForTenants && selectsTenants(given) ? loadForTenants : load)();
    onExit(await action(module ? { ...given, module } : given, { ...terminal, typed, retype: onStart }, ...typed.args));
  });
}

function examplesOf(lines: readonly string[], program: string): string {
  return `\nExamples:\n${indented(lines.map((line) => line.replaceAll(PROGRAM, program)))}`;
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
