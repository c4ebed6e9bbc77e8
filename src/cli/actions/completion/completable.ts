/** The parts of a command that can be completed. */
export interface Completable {
  readonly name: string;
  readonly description: string;
  /** Each as typed, such as `--dir <directory>`, with its description. */
  readonly flags: readonly (readonly [flag: string, description: string, ...rest: readonly unknown[]])[];
}

/** A flag split into its parts. */
export interface CompletableFlag {
  /** With its dashes. */
  readonly name: string;
  readonly description: string;
  /** The placeholder of its value; undefined if it takes no value. */
  readonly value: string | undefined;
}

/** The names under which the command line is installed. */
export const PROGRAMS = ['nest-migrations', 'nestjs-pg-migrations'];

/** The flags of a command, including the one for help. */
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
