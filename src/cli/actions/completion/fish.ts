import { flagsOf, PROGRAMS, takesDirectory, type Completable, type CompletableFlag } from './completable.js';

/** A script that completes commands and flags in fish, with their descriptions. */
export function fishCompletion(commands: readonly Completable[]): string {
  return [
    '# Completion of nest-migrations, for fish: nest-migrations completion fish | source',
    ...PROGRAMS.flatMap((program) => commands.flatMap((command) => linesOf(program, command))),
  ].join('\n');
}

function linesOf(program: string, command: Completable): string[] {
  const { name, description } = command;
  return [
    `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
    ...flagsOf(command).map(
      (flag) =>
        `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -l ${flag.name.slice(2)} ${valueOf(flag)}-d ${quoted(flag.description)}`,
    ),
  ];
}

function valueOf(flag: CompletableFlag): string {
  if (flag.value === undefined) return '';
  return takesDirectory(flag) ? "-x -a '(__fish_complete_directories)' " : '-x ';
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
