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
  /** Full sentences whose subject, the file, is omitted. */
  readonly message: string;
  /** Commands that fix it, to be run in the working directory. */
  readonly commands: readonly string[];
}

/** The result of checking a directory in a branch. */
export interface CheckedBranch {
  readonly exitCode: number;
  readonly directory: string;
  readonly base: { readonly ref: string; readonly commit: string; readonly fork: string };
  readonly added: readonly string[];
  readonly findings: readonly BranchFinding[];
  /** Commands that renumber new files, to be run in this order. */
  readonly renumber: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Describes the problems of a branch, with the commands that fix them. */
export function describeBranch(
  { problems, moves }: BranchReport,
  base: Base,
  ref: string,
  { directory, layout, policy }: ResolvedOptions,
): Pick<CheckedBranch, 'findings' | 'renumber'> {
  const pathOf = pathsFromHere(directory);
  const { fileInFolder } = LAYOUTS[layout];
  /** What to move: the file, or its folder if each migration has its own. */
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
    const grade = DRIFT_KINDS[kind];
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

/** The kinds of drift that the problems would become once merged. */
const DRIFT_KINDS: Partial<Record<BaseProblem['kind'], keyof ResolvedOptions['policy']>> = {
  edited: 'changed',
  cosmetic: 'cosmetic',
  renamed: 'renamed',
  deleted: 'missing',
  'before-newest': 'outOfOrder',
};

const MESSAGES: Readonly<Record<BaseProblem['kind'], (problem: BaseProblem, ref: string) => string>> = {
  edited: (_, ref) =>
    `was edited after it was merged into ${ref}. Databases that have applied it will not run the change. Put the change into a new migration, and restore this one.`,
  cosmetic: (_, ref) => `was edited after it was merged into ${ref}, but only in comments or whitespace.`,
  renamed: ({ other }, ref) =>
    `is ${other} of ${ref}, renamed. Databases that have applied it know it by its old name.`,
  deleted: (_, ref) =>
    `was deleted after it was merged into ${ref}. Databases that have applied it would report it as missing, and new ones would not get it. Restore it.`,
  'number-taken': ({ other }) => `has the same number as ${other}. Give it a different one.`,
  'before-newest': ({ other }, ref) =>
    `sorts before ${other}, the newest one of ${ref}. Databases that have applied ${other} would run it out of order.`,
  unusable: ({ detail }) => `is not a valid migration: ${detail}.`,
};
