/** A command as typed. */
export interface Invocation {
  /** How the command line is started: `nest-migrations`, or a program of the application. */
  readonly program: string;
  /** Everything after the program. */
  readonly words: readonly string[];
  readonly name: string;
  readonly args: readonly string[];
  /** The flags that were given, by name in camel case. */
  readonly flags: object;
  /** The flags of a command. Shared ones say what a command works on, and how. */
  readonly flagsOf: (command: string) => readonly { readonly flag: string; readonly isShared: boolean }[];
}
