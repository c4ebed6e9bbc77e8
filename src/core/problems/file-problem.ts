import type { ReasonText } from './reason-text.js';

/** Why a file cannot be used as a migration, or has no part that can run. Plain data. */
export interface FileProblem {
  readonly reason: FileProblemReason;
  /** What it is about: the form of a name, a line, an error code, or where an invalid byte is. */
  readonly value?: string;
  /** The values of the option `layout` with which the file may be valid. */
  readonly layouts?: readonly string[];
}

interface ProblemTexts {
  readonly problem: ReasonText;
  /** What to do with the file, or with that part of it, in whole sentences. */
  readonly remedy?: string;
}

const REWRITE =
  'Write it again with "nest-migrations checkpoint". Or, if all files that it replaces still exist, delete it: new databases then run them.';

/** All problems by code. The texts do not name the file. */
const PROBLEMS = {
  'no-number': {
    problem: 'its name does not begin with a number, so it has no place in the order',
    remedy: 'Name it like 001_name.sql or 20240131120000_name.sql.',
  },
  'wrong-form': { problem: (form) => `its name is not of the form ${form}` },
  'folder-without-number': { problem: 'the name of its folder does not begin with a number' },
  'other-layout': {
    problem: (tool) => `it is named like a migration of ${tool}`,
    remedy: 'Begin its name with a number: 001_name.sql.',
  },
  'folder-of-its-own': { problem: 'it is a migration in a folder of its own', remedy: 'Move it out of the directory.' },
  'undo-migration': {
    problem: 'it is an undo migration, which would run with the rest',
    remedy: 'Move it out of the directory: migrations only go forward.',
  },
  repeatable: {
    problem: 'it is a repeatable migration, and repeatable migrations are not supported',
    remedy: 'Give it a version, or move it out of the directory.',
  },
  'duplicate-name': { problem: 'two files have this name, in different Unicode normalization forms' },
  'not-utf-8': { problem: (place) => `it is not valid UTF-8: ${place}`, remedy: 'Save it as UTF-8.' },
  'utf-16': { problem: 'it is not valid UTF-8 (it looks like UTF-16)', remedy: 'Save it as UTF-8.' },
  unreadable: { problem: (code) => `reading it failed with ${code}` },
  'not-a-file': { problem: 'it is not a regular file' },
  'broken-link': { problem: 'it is a broken symbolic link' },
  'link-outside': {
    problem: 'it is a symbolic link to a file outside the migrations directory',
    remedy: 'Put the file itself in the directory.',
  },
  'undo-section': {
    problem: 'it has an undo section, which would run with the rest',
    remedy: 'Move that section out of the file: migrations only go forward.',
  },
  'no-marker': { problem: (line) => `it has no line "${line}", so nothing says what to run` },
  'sql-before-marker': { problem: (line) => `it has SQL before the line "${line}", which would not run` },
  'second-section': {
    problem: (line) => `it has a second part "${line}"`,
    remedy: 'Put that into a file of its own.',
  },
  'variables-in-sql': {
    problem: 'it asks for environment variables to be substituted in its SQL, which is not supported',
    remedy: 'Use the option "placeholders", or write the values into the SQL.',
  },
  'checkpoint-header': {
    problem: 'it is a checkpoint that was edited, so it may no longer do what the migrations that it replaces do',
    remedy: 'Restore it from version control, or write it again with "nest-migrations checkpoint".',
  },
  'checkpoint-changed': {
    problem: (file) => `it is a checkpoint, and ${file}, which it replaces, was edited after it was written`,
    remedy: REWRITE,
  },
  'checkpoint-late': {
    problem: (file) => `it is a checkpoint, and ${file}, which comes before its end, was added later`,
    remedy:
      'Give the new file a number after that of the checkpoint, or write the checkpoint again with "nest-migrations checkpoint".',
  },
  'checkpoint-steps': {
    problem: (reason) => `it is a checkpoint and cannot run in one transaction: ${reason}`,
    remedy: REWRITE,
  },
  'replaced-beyond-limit': {
    problem: (checkpoint) =>
      `its file was deleted because ${checkpoint} replaces it, which contains more than this run may apply`,
    remedy: 'Run without a limit, or with one that includes the whole checkpoint.',
  },
  'replaced-file': {
    problem: (checkpoint) =>
      `it has not been applied, and its file was deleted because ${checkpoint} replaces it, which runs only in an empty database`,
    remedy: 'Restore the file from version control, and delete it only once every database has applied it.',
  },
} as const satisfies Readonly<Record<string, ProblemTexts>>;

/** Identifies a problem of a file. Stable, like the codes of findings. */
export type FileProblemReason = keyof typeof PROBLEMS;

const TEXTS: Readonly<Record<FileProblemReason, ProblemTexts>> = PROBLEMS;

/** False for the reasons of other findings. */
export function isFileProblem(reason: string | undefined): reason is FileProblemReason {
  return reason !== undefined && Object.hasOwn(TEXTS, reason);
}

/** The problem as part of a sentence: "it is not a regular file". */
export function problemText({ reason, value = '' }: FileProblem): string {
  const { problem } = TEXTS[reason];
  return typeof problem === 'string' ? problem : problem(value);
}

/** What to do about a problem apart from setting another layout; empty if there is nothing to add. */
export function problemRemedy({ reason }: FileProblem): string {
  return TEXTS[reason].remedy ?? '';
}
