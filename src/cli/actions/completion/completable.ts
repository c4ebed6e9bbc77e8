/** What completion knows about a command. */
export interface Completable {
  readonly name: string;
  readonly description: string;
  /** Each as it is typed, such as `--dir <directory>`, and its description. */
  readonly flags: readonly (readonly [flag: string, description: string, ...rest: readonly unknown[]])[];
}

/** A flag by its parts. */
export interface CompletableFlag {
  /** With its dashes. */
  readonly name: string;
  readonly description: string;
  /** What it takes; undefined if it takes nothing. */
  readonly value: string | undefined;
}

/** The names under which the command line is installed. */
export const PROGRAMS = ['nest-migrations', 'nestjs-pg-migrations'];

/** The flags of a command, and the one that every command has. */
export function flagsOf({ flags }: Completable): CompletableFlag[] {
  const own = flags.map(([flag, description]): CompletableFlag => {
    const [name = '', value] = flag.split(' ');
    return { name, description, value: value?.replaceAll(/[<>]/g, '') };
  });
  return [...own, { name: '--help', description: 'show the help of the command', value: undefined }];
}

/** True for a flag whose value is a directory. */
export function takesDirectory({ value }: CompletableFlag): boolean {
  return value === 'directory';
}
