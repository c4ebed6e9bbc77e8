import {
  argumentOf,
  flagsOf,
  PROGRAMS,
  type Completable,
  type CompletableFlag,
  type CompletableWord,
} from './completable.js';
import { allWords, type Values } from './values.js';

/** A fish script that completes commands, flags and values, with descriptions. */
export function fishCompletion(commands: readonly Completable[], words: readonly CompletableWord[]): string {
  return [
    '# Completion of nest-migrations, for fish: nest-migrations completion fish | source',
    MIGRATIONS,
    ...PROGRAMS.flatMap((program) => [
      ...words.flatMap((word) => wordLines(program, word)),
      ...commands.flatMap((command) => linesOf(program, command)),
    ]),
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

/** The words after the program, and those after the first word of a group. */
function wordLines(program: string, { name, description, commands }: CompletableWord): string[] {
  const line = (condition: string, word: string, text: string): string =>
    `complete -c ${program} -n ${condition} -f -a ${word} -d ${quoted(text)}`;
  if (!commands) return [line('__fish_use_subcommand', name, description)];
  const all = commands.map((each) => each.name).join(' ');
  const condition = `'__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${all}'`;
  return [
    line('__fish_use_subcommand', name, description),
    ...commands.map((each) => line(condition, each.name, each.command.description)),
    `complete -c ${program} -n ${condition} -l help -d ${quoted('show the help of the commands')}`,
  ];
}

function linesOf(program: string, command: Completable): string[] {
  const argument = argumentOf(command);
  const offered = argument && offer(argument.values);
  const seen = command.name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const line = `complete -c ${program} -n '${seen.join('; and ')}'`;
  return [
    ...(offered === undefined ? [] : [`${line} -f -a ${quoted(offered)}`]),
    ...flagsOf(command).map(
      (flag) => `${line} -l ${flag.name.slice(2)} ${valueOf(flag)}-d ${quoted(flag.description)}`,
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
