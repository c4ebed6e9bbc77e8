import { valuesOfArgument, valuesOfFlag, type Values } from './values.js';

/** The parts of a command that can be completed. */
export interface Completable {
  readonly name: string;
  readonly description: string;
  /** As typed, such as `<file>`, with its description. */
  readonly argument?: readonly [argument: string, description: string];
  /** Each as typed, such as `--dir <directory>`, with its description. */
  readonly flags: readonly (readonly [flag: string, description: string, ...rest: readonly unknown[]])[];
}

/** A command, or the commands whose names begin with the same word. */
export interface CompletableWord {
  readonly name: string;
  readonly description: string;
  /** Undefined for a single command. Each has the name that follows the word. */
  readonly commands: readonly { readonly name: string; readonly command: Completable }[] | undefined;
}

/** The words that can follow the program. @param groups the meanings of the first words of two-word commands. */
export function firstWords(
  commands: readonly Completable[],
  groups: readonly Pick<CompletableWord, 'name' | 'description'>[],
): CompletableWord[] {
  const single = commands.filter(({ name }) => !name.includes(' '));
  return [
    ...single.map(({ name, description }) => ({ name, description, commands: undefined })),
    ...groups.map((group) => ({
      ...group,
      commands: commands.flatMap((command) => {
        const [first, second] = command.name.split(' ');
        return first === group.name && second !== undefined ? [{ name: second, command }] : [];
      }),
    })),
  ];
}

/** A flag split into its parts. */
export interface CompletableFlag {
  /** With its dashes. */
  readonly name: string;
  readonly description: string;
  /** The placeholder of its value; undefined if it takes no value. */
  readonly value: string | undefined;
  readonly values: Values;
}

/** The names under which the command line is installed. */
export const PROGRAMS = ['nest-migrations', 'nestjs-pg-migrations'];

/** The flags of a command, including the one for help. */
export function flagsOf(command: Completable): CompletableFlag[] {
  const own = command.flags.map(([flag, description]): CompletableFlag => {
    const [name = '', value] = flag.split(' ');
    return { name, description, value: value?.replaceAll(/[<>]/g, ''), values: valuesOfFlag(command.name, name) };
  });
  const description = 'show the help of the command';
  return [...own, { name: '--help', description, value: undefined, values: { kind: 'unknown' } }];
}

/** The argument of a command: its name and its values. */
export function argumentOf({ argument }: Completable): { readonly name: string; readonly values: Values } | undefined {
  const name = argument?.[0].replaceAll(/[<>[\]]/g, '');
  return name === undefined ? undefined : { name, values: valuesOfArgument(name) };
}
