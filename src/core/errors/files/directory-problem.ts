import { assetsHint } from '../wording.js';

/** Why the migrations directory, or a file in it, cannot be used. Plain data. */
export interface DirectoryProblem {
  readonly code: DirectoryProblemCode;
  /** The error code of the operating system: `ENOENT`. */
  readonly systemCode: string;
  /** The file that could not be written; undefined if the problem is with the directory. */
  readonly file?: string;
  /** The option that names the directory. @default directory */
  readonly option?: string;
}

/** All problems by code, as parts of a sentence about the directory. */
const SENTENCES = {
  missing: ({ option = 'directory' }, directory) => {
    const hint = assetsHint(directory);
    return `it does not exist. Create it, or point the option "${option}" at the right one (relative paths are resolved from the working directory)${hint && `.${hint}`}`;
  },
  'not-a-directory': () => 'it is a file, not a directory',
  'not-permitted': () => 'this user is not allowed to read it',
  'not-readable': ({ systemCode }) => `reading it failed with ${systemCode}`,
  'not-written': ({ systemCode, file }) => `writing ${file} failed with ${systemCode}`,
} as const satisfies Readonly<Record<string, (problem: DirectoryProblem, directory: string) => string>>;

/** Identifies a problem with the directory. Stable, like the codes of errors. */
export type DirectoryProblemCode = keyof typeof SENTENCES;

/** The problem as part of a sentence. @param directory as an absolute path */
export function directoryText(problem: DirectoryProblem, directory: string): string {
  return SENTENCES[problem.code](problem, directory);
}
