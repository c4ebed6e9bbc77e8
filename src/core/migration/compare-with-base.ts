import { problemText } from '../problems/file-problem.js';
import type { Layout } from '../tools/layouts.js';
import { checkpointProblem } from './checkpoint.js';
import type { MigrationSet, UnusableFile } from './migration-set.js';
import type { Migration } from './migration.js';
import { renumbered } from './new-migration.js';
import { compareMigrations, compareVersions, migrationOrder } from './version.js';

/** A migration of another commit. */
export interface BaseFile {
  readonly file: string;
  /** Undefined if its content is unknown. */
  readonly migration: Migration | undefined;
}

/** A change that must not be merged. */
export interface BaseProblem {
  readonly kind: 'edited' | 'cosmetic' | 'renamed' | 'deleted' | 'number-taken' | 'before-newest' | 'unusable';
  readonly file: string;
  /** The merged file that was renamed, has the same number, or sorts after this one. */
  readonly other: string | undefined;
  /** Why a file is unusable. */
  readonly detail: string | undefined;
}

/** A file and its new name. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** The branch to merge, and its base. */
export interface Branch {
  readonly work: MigrationSet;
  /** The migrations at the merge base. */
  readonly fork: readonly BaseFile[];
  /** The migrations at the tip of the base. */
  readonly tip: readonly BaseFile[];
  readonly layout: Layout;
  readonly now: Date;
}

/** The problems of a branch, and the moves that fix them. */
export interface BranchReport {
  readonly problems: readonly BaseProblem[];
  /** The migrations that the branch adds, in order. */
  readonly added: readonly string[];
  /** New names for new files that sort too early, in an order in which no move overwrites a file. */
  readonly moves: readonly Move[];
}

/**
 * Compares a branch with its base. Merged migrations must not change, and new ones must sort
 * after them. Checkpoints may change, and the migrations that they replace may be deleted.
 */
export function compareWithBase({ work: set, layout, now, ...base }: Branch): BranchReport {
  const { migrations: work, gone: replaced } = set;
  const unusable = [...set.unusable, ...unusableCheckpoints(set)];
  const [fork, tip] = [base.fork.filter(isOrdinary), base.tip.filter(isOrdinary)];
  const present = new Map(work.map((migration) => [migration.file, migration]));
  const broken = new Set(unusable.map(({ file }) => file));
  const merged = mergedFiles(fork, tip);
  const isAdded = ({ file }: Migration): boolean => !merged.has(file);
  const gone = [...merged.values()].filter(
    ({ file }) => !present.has(file) && !broken.has(file) && !replaced.has(file),
  );
  const lost = gone.filter(({ file }) => has(fork, file) && has(tip, file)); // the tip may have deleted it, or be ahead
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
      ...[...deleted.map(({ file }) => file), ...neededCheckpoints(set, base)].map((file) => problem('deleted', file)),
      ...unusable.map((each) => ({ ...problem('unusable', each.file), detail: problemText(each.problem) })),
      ...placed.problems,
    ],
    added: added.map(({ file }) => file),
    moves: placed.moves,
  };
}

function isOrdinary({ migration }: BaseFile): boolean {
  return migration?.checkpoint === undefined;
}

/** Deleted checkpoints that contain migrations whose files are gone. */
function neededCheckpoints(set: MigrationSet, { fork, tip }: Pick<Branch, 'fork' | 'tip'>): string[] {
  const left = new Set([...set.migrations, ...set.checkpoints, ...set.unusable].map(({ file }) => file));
  return fork.flatMap(({ file, migration }) => {
    const checkpoint = migration?.checkpoint;
    if (typeof checkpoint !== 'object' || left.has(file) || !has(tip, file)) return [];
    const isLost = checkpoint.replaces.some((each) => !left.has(each.file) && !set.gone.has(each.file));
    return isLost ? [file] : [];
  });
}

/** The newest checkpoint, if new databases could not start at it. */
function unusableCheckpoints({ checkpoints, migrations }: MigrationSet): UnusableFile[] {
  return checkpoints.slice(-1).flatMap(({ file, checkpoint }) => {
    const found = checkpointProblem(checkpoint, migrations);
    return found ? [{ file, problem: found }] : [];
  });
}

/** The content that each merged file must have in the branch: the one at the merge base. */
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

/** Missing files, and new ones with the same content. Content that several files share proves nothing. */
function matchRenames(lost: readonly BaseFile[], added: readonly Migration[]): { file: string; other: string }[] {
  return lost.flatMap(({ file, migration }) => {
    const same = added.filter(({ checksum }) => checksum === migration?.checksum);
    const before = lost.filter((each) => each.migration?.checksum === migration?.checksum);
    const [only] = same;
    return only && same.length === 1 && before.length === 1 ? [{ file, other: only.file }] : [];
  });
}

/** Places the new migrations after all merged ones, in their current order. */
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
    // A moved file must not end up after the new files that follow it.
    const isLate = last === undefined || compareVersions(order.version, last.version) > 0;
    const to = last === undefined || isLate ? file : renumbered(file, layout, last, now);
    if (to !== file) moves.unshift({ from: file, to });
    last = migrationOrder(to);
  }
  return { problems, moves };
}
