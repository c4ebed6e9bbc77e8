import type { Diagnostic } from '../../../core/lint/diagnostic.js';
import type { BaseProblem, BranchReport } from '../../../core/migration/compare-with-base.js';
import { LAYOUTS } from '../../../core/tools/layouts.js';
import type { ResolvedOptions } from '../../../composition/options.js';
import type { Base } from '../../../files/git/read-base.js';
import { forShell } from '../../process/retype.js';
import { pathsFromHere } from '../../render/lint/report-path.js';

/** A problem of a branch, with what to do about it. */
export interface BranchFinding {
  readonly kind: BaseProblem['kind'];
  readonly severity: 'note' | 'error';
  readonly file: string;
  readonly other: string | undefined;
  /** In whole sentences, without the file at the beginning. */
  readonly message: string;
  /** Commands that help, as one types them in the working directory. */
  readonly commands: readonly string[];
}

/** What a check of a branch found. */
export interface CheckedBranch {
  readonly exitCode: number;
  readonly base: { readonly ref: string; readonly commit: string; readonly fork: string };
  readonly added: readonly string[];
  readonly findings: readonly BranchFinding[];
  /** Commands that give new files their places, to be typed in this order. */
  readonly renumber: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Puts the problems of a branch into words and commands. */
export function describeBranch(
  { problems, moves }: BranchReport,
  base: Base,
  ref: string,
  { directory, layout, policy }: ResolvedOptions,
): Pick<CheckedBranch, 'findings' | 'renumber'> {
  const pathOf = pathsFromHere(directory);
  const { fileInFolder } = LAYOUTS[layout];
  /** What moves: the file, or the folder in which it is alone. */
  const movable = (file: string): string =>
    fileInFolder === undefined ? file : file.slice(0, -fileInFolder.length - 1);
  const move = (from: string, to: string): string => {
    const words = base.tracked.has(from) ? ['git', 'mv', '--'] : ['mv', '--'];
    return command(...words, pathOf(movable(from)), pathOf(movable(to)));
  };
  const restore = (file: string): string => command('git', 'checkout', base.forkCommit, '--', pathOf(file));
  const commandsFor = ({ kind, file, other }: BaseProblem): string[] => {
    if (kind === 'edited' || kind === 'deleted') return [restore(file)];
    return kind === 'renamed' && other !== undefined ? [move(file, other)] : [];
  };
  const ignored = (kind: BaseProblem['kind']): boolean => {
    const grade = GRADES[kind];
    return grade !== undefined && policy[grade] === 'ignore';
  };
  const reported = problems.filter(({ kind }) => !ignored(kind));
  const isMisplaced = reported.some(({ kind }) => kind === 'number-taken' || kind === 'before-newest');
  return {
    findings: reported.map((each) => ({
      kind: each.kind,
      severity: each.kind === 'cosmetic' ? 'note' : 'error',
      file: each.file,
      other: each.other,
      message: MESSAGES[each.kind](each, ref),
      commands: commandsFor(each),
    })),
    renumber: (isMisplaced ? moves : []).map(({ from, to }) => move(from, to)),
  };
}

function command(...words: readonly string[]): string {
  return words.map(forShell).join(' ');
}

/** The kinds of drift that they would become. */
const GRADES: Partial<Record<BaseProblem['kind'], keyof ResolvedOptions['policy']>> = {
  edited: 'changed',
  cosmetic: 'cosmetic',
  renamed: 'renamed',
  deleted: 'missing',
  'before-newest': 'outOfOrder',
};

const MESSAGES: Readonly<Record<BaseProblem['kind'], (problem: BaseProblem, ref: string) => string>> = {
  edited: (_, ref) =>
    `was edited after it was merged into ${ref}. Databases that have applied it will not run the change. Put the change into a new migration, and restore this one.`,
  cosmetic: (_, ref) => `was edited after it was merged into ${ref}, in comments or whitespace only.`,
  renamed: ({ other }, ref) =>
    `is ${other} of ${ref} under another name. Databases that have applied it know it by that name.`,
  deleted: (_, ref) =>
    `was deleted after it was merged into ${ref}. Databases that have applied it would miss it, and new ones would not get it. Restore it.`,
  'number-taken': ({ other }) => `has the number of ${other}. Give it one of its own.`,
  'before-newest': ({ other }, ref) =>
    `sorts before ${other}, the newest of ${ref}. Databases that have applied that one would run it out of order.`,
  unusable: ({ detail }) => `cannot be a migration: ${detail}.`,
};
