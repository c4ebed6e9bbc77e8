import type { Layout } from '../tools/layouts.js';
import type { UnusableFile } from './migration-set.js';
import type { Migration } from './migration.js';
import { renumbered } from './new-migration.js';
import { compareMigrations, compareVersions, migrationOrder } from './version.js';

/** A migration of another commit. */
export interface BaseFile {
  readonly file: string;
  /** Undefined if its text is not known. */
  readonly migration: Migration | undefined;
}

/** A change that must not be merged. */
export interface BaseProblem {
  readonly kind: 'edited' | 'cosmetic' | 'renamed' | 'deleted' | 'number-taken' | 'before-newest' | 'unusable';
  readonly file: string;
  /** The file that it was, has the number of, or sorts before. */
  readonly other: string | undefined;
  /** Why a file is unusable. */
  readonly detail: string | undefined;
}

/** A file and what it becomes. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** What is to be merged, and what it is to be merged into. */
export interface Branch {
  readonly work: readonly Migration[];
  readonly unusable: readonly UnusableFile[];
  /** The migrations when the branch was made. */
  readonly fork: readonly BaseFile[];
  /** The migrations that it is to be merged into, as they are now. */
  readonly tip: readonly BaseFile[];
  readonly layout: Layout;
  readonly now: Date;
}

/** What is wrong with a branch, and the moves that help. */
export interface BranchReport {
  readonly problems: readonly BaseProblem[];
  /** The migrations that the branch adds, in order. */
  readonly added: readonly string[];
  /** New names for new files that come too early, in the order in which none of them overwrites anything. */
  readonly moves: readonly Move[];
}

/**
 * Compares a branch with what it is to be merged into. What was merged must stay as it is, and what is new must come
 * after it.
 */
export function compareWithBase({ work, unusable, fork, tip, layout, now }: Branch): BranchReport {
  const present = new Map(work.map((migration) => [migration.file, migration]));
  const broken = new Set(unusable.map(({ file }) => file));
  const merged = mergedFiles(fork, tip);
  const isAdded = ({ file }: Migration): boolean => !merged.has(file);
  const gone = [...merged.values()].filter(({ file }) => !present.has(file) && !broken.has(file));
  const lost = gone.filter(({ file }) => has(fork, file) && has(tip, file)); // the tip may have dropped it, or be ahead
  const renames = matchRenames(lost, work.filter(isAdded));
  const renamedTo = new Set(renames.map(({ other }) => other));
  const added = work.filter((each) => isAdded(each) && !renamedTo.has(each.file));
  const placed = placeAdded(added, tip, layout, now);
  const changes = work.flatMap((migration) => changeOf(migration, merged.get(migration.file)));
  const deleted = lost.filter(({ file }) => !renames.some((rename) => rename.file === file));
  return {
    problems: [
      ...changes,
      ...renames.map(({ file, other }) => problem('renamed', other, file)),
      ...deleted.map(({ file }) => problem('deleted', file)),
      ...unusable.map(({ file, problem: detail }) => ({ ...problem('unusable', file), detail })),
      ...placed.problems,
    ],
    added: added.map(({ file }) => file),
    moves: placed.moves,
  };
}

/** The version of each merged file that the branch must have: as it was when the branch was made. */
function mergedFiles(fork: readonly BaseFile[], tip: readonly BaseFile[]): ReadonlyMap<string, BaseFile> {
  return new Map([...tip, ...fork].map((each) => [each.file, each]));
}

function has(files: readonly BaseFile[], file: string): boolean {
  return files.some((each) => each.file === file);
}

function problem(kind: BaseProblem['kind'], file: string, other?: string): BaseProblem {
  return { kind, file, other, detail: undefined };
}

function changeOf(migration: Migration, before: BaseFile | undefined): BaseProblem[] {
  const was = before?.migration;
  if (!was || was.checksum === migration.checksum) return [];
  return [problem(was.canonicalChecksum === migration.canonicalChecksum ? 'cosmetic' : 'edited', migration.file)];
}

/** Files that are gone, and new ones with the same text. A text that several have says nothing. */
function matchRenames(lost: readonly BaseFile[], added: readonly Migration[]): { file: string; other: string }[] {
  return lost.flatMap(({ file, migration }) => {
    const same = added.filter(({ checksum }) => checksum === migration?.checksum);
    const before = lost.filter((each) => each.migration?.checksum === migration?.checksum);
    const [only] = same;
    return only && same.length === 1 && before.length === 1 ? [{ file, other: only.file }] : [];
  });
}

/** Finds the place of each new migration after all merged ones, in the order in which they are. */
function placeAdded(
  added: readonly Migration[],
  tip: readonly BaseFile[],
  layout: Layout,
  now: Date,
): { readonly problems: BaseProblem[]; readonly moves: Move[] } {
  const merged = tip.map(({ file }) => migrationOrder(file)).toSorted(compareMigrations);
  const newestMerged = merged.at(-1);
  const problems: BaseProblem[] = [];
  const moves: Move[] = [];
  let last = newestMerged;
  for (const [i, { file, order }] of added.entries()) {
    const others = [...merged, ...added.slice(0, i).map((each) => each.order)];
    const taken = others.find(({ version }) => compareVersions(version, order.version) === 0);
    if (taken) problems.push(problem('number-taken', file, taken.file));
    else if (newestMerged && compareMigrations(order, newestMerged) < 0)
      problems.push(problem('before-newest', file, newestMerged.file));
    // A file that has moved must not overtake the new ones after it.
    const isLate = last === undefined || compareVersions(order.version, last.version) > 0;
    const to = last === undefined || isLate ? file : renumbered(file, layout, last, now);
    if (to !== file) moves.unshift({ from: file, to });
    last = migrationOrder(to);
  }
  return { problems, moves };
}
