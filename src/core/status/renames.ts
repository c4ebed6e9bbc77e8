import { groupBy } from '../collections/group-by.js';
import { startsWithFinishedPart } from '../compile/step-checksums.js';
import type { HistoryRow } from '../history/history.js';
import type { Migration } from '../migration/migration.js';

/** Files that are recorded under another name. */
export interface Renames {
  /** Unrecorded file → the row that recorded the same content under another name. */
  readonly of: ReadonlyMap<Migration, HistoryRow>;
  /** Unrecorded file → the candidate rows, when the match is not one to one. */
  readonly ambiguous: ReadonlyMap<Migration, readonly HistoryRow[]>;
}

/** Returns a function that finds the rows that may belong to a file. */
type Matcher = (rows: readonly HistoryRow[]) => (file: Migration) => readonly HistoryRow[];

const byFinishedPart: Matcher = (rows) => {
  const unfinished = rows.filter((row) => effectiveStart(row) !== undefined);
  return ({ text }) => unfinished.filter((row) => startsWithFinishedPart(text, effectiveStart(row) ?? ''));
};

/**
 * Ways to recognize a migration under another name, most reliable first. A renamed file may also have been reformatted.
 * A partly applied migration is recognized by its finished part, because the rest may have been corrected.
 */
const MATCHERS: readonly Matcher[] = [
  (rows) => {
    const byChecksum = groupBy(rows, ({ checksum }) => checksum);
    return ({ checksum }) => byChecksum.get(checksum) ?? [];
  },
  (rows) => {
    const byChecksum = groupBy(rows, ({ canonicalChecksum }) => canonicalChecksum);
    return ({ canonicalChecksum }) => byChecksum.get(canonicalChecksum) ?? [];
  },
  byFinishedPart,
];

/**
 * A rename is exactly one row without a file and one unrecorded file with the same content. Rows that sort after every
 * file are included: the newest file may have been given a lower number and must not run again. Files without
 * statements prove nothing and are skipped.
 */
export function findRenames(rowsWithoutFile: readonly HistoryRow[], unrecorded: readonly Migration[]): Renames {
  const of = new Map<Migration, HistoryRow>();
  const ambiguous = new Map<Migration, readonly HistoryRow[]>();
  const taken = new Set<HistoryRow>();
  for (const matcher of MATCHERS) {
    const rows = rowsWithoutFile.filter((row) => !taken.has(row));
    const files = unrecorded.filter((file) => !of.has(file) && !ambiguous.has(file));
    if (rows.length === 0 || files.length === 0) break;
    for (const [file, found, only] of pairUp(files, matcher(rows))) {
      for (const row of found) taken.add(row);
      if (only) of.set(file, only);
      // If nothing was committed, nothing can run twice: the row stays orphaned and is reported.
      else if (found.some(hasEffect)) ambiguous.set(file, found);
    }
  }
  // A copy of a recognized file with a different ending would repeat the finished steps.
  const copyOf = byFinishedPart([...taken]);
  for (const file of unrecorded.filter((each) => !of.has(each) && !ambiguous.has(each))) {
    const found = copyOf(file);
    if (found.length > 0) ambiguous.set(file, found);
  }
  return { of, ambiguous };
}

/** Each file with its candidate rows, and the matching row if the match is one to one. */
function pairUp(
  files: readonly Migration[],
  rowsOf: (file: Migration) => readonly HistoryRow[],
): [Migration, readonly HistoryRow[], HistoryRow | undefined][] {
  const pairs = files
    .map((file) => [file, rowsOf(file)] as const)
    .filter(([file, rows]) => rows.length > 0 && file.hasStatements);
  const claims = groupBy(
    pairs.flatMap(([, rows]) => rows),
    (row) => row,
  );
  return pairs.map(([file, rows]) => {
    const [row] = rows;
    const only = row && rows.length === 1 && claims.get(row)?.length === 1 ? row : undefined;
    return [file, rows, only];
  });
}

/** True if a migration has done something, or may have. */
export function hasEffect(row: HistoryRow): boolean {
  return row.state === 'applied' || effectiveStart(row) !== undefined;
}

/** Checksum of what an unfinished migration may have done: its finished steps, or a first step in doubt. */
function effectiveStart({ state, progress }: HistoryRow): string | undefined {
  if (state === 'applied' || !progress) return undefined;
  if (progress.done > 0) return progress.doneChecksum;
  return state === 'running' ? progress.next?.doneChecksum : undefined;
}
