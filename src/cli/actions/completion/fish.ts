import { argumentOf, flagsOf, PROGRAMS, type Completable, type CompletableFlag } from './completable.js';
import { allWords, type Values } from './values.js';

/** A fish script that completes commands, flags and values, with descriptions. */
export function fishCompletion(commands: readonly Completable[]): string {
  return [
    '# Completion of nest-migrations, for fish: nest-migrations completion fish | source',
    MIGRATIONS,
    ...PROGRAMS.flatMap((program) => commands.flatMap((command) => linesOf(program, command))),
  ].join('\n');
}

const MIGRATIONS = `function __nest_migrations_files
  set -l words (commandline -opc)
  set -l directory migrations
  for i in (seq (count $words))
    test "$words[$i]" = --dir; and set directory $words[(math $i + 1)]
    string match -q -- '--dir=*' $words[$i]; and set directory (string replace -- --dir= '' $words[$i])
  end
  if test -d "$directory"
    find "$directory" -name '*.sql' -type f | string replace -- (string trim -r -c / -- $directory)/ '' | sort
  end
end`;

function linesOf(program: string, command: Completable): string[] {
  const { name, description } = command;
  const argument = argumentOf(command);
  const offered = argument && offer(argument.values);
  return [
    `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
    ...(offered === undefined
      ? []
      : [`complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -f -a ${quoted(offered)}`]),
    ...flagsOf(command).map(
      (flag) =>
        `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -l ${flag.name.slice(2)} ${valueOf(flag)}-d ${quoted(flag.description)}`,
    ),
  ];
}

function valueOf({ value, values }: CompletableFlag): string {
  if (value === undefined) return '';
  if (values.kind === 'files') return '-r -F ';
  const offered = offer(values);
  return offered === undefined ? '-x ' : `-x -a ${quoted(offered)} `;
}

/** The expression that fish evaluates to get the words to offer. */
function offer(values: Values): string | undefined {
  if (values.kind === 'directories') return '(__fish_complete_directories)';
  if (values.kind === 'migrations') return '(__nest_migrations_files)';
  return allWords(values).join(' ') || undefined;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
