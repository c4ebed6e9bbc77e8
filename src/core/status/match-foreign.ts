import { compareVersions, writtenVersion } from '../migration/version.js';
import type { ForeignMigration } from '../tools/history.js';
import { folderToolOf } from '../tools/registry.js';
import { baseName } from '../tools/tool.js';

/** A file, or one that is gone. */
interface Named {
  readonly file: string;
}

/** A file that another tool has applied. */
interface MatchedMigration<T> {
  readonly migration: T;
  readonly appliedAt: Date | undefined;
}

/** Another tool's history, matched with the files. */
interface ForeignMatch<T> {
  /** The files that the other tool has applied, in migration order. */
  readonly matched: readonly MatchedMigration<T>[];
  /** Labels of applied migrations with no matching file, or more than one. */
  readonly unmatched: readonly string[];
}

/** Finds the files of the migrations that another tool has applied. */
export function matchForeign<T extends Named>(
  files: readonly T[],
  applied: readonly ForeignMigration[],
): ForeignMatch<T> {
  const matched = new Map<string, MatchedMigration<T>>();
  const unmatched: string[] = [];
  for (const foreign of applied) {
    const own = filesOf(files, foreign);
    const found = foreign.upTo ? filesUpTo(files, foreign) : own.length === 1 ? own : [];
    if (!foreign.marker && (own.length === 0 || found.length === 0)) unmatched.push(foreign.label);
    const appliedAt = timeOf(foreign);
    // A migration's own row takes precedence over a baseline that covers it.
    for (const migration of found)
      if (!foreign.upTo || !matched.has(migration.file)) matched.set(migration.file, { migration, appliedAt });
  }
  return { matched: files.flatMap(({ file }) => matched.get(file) ?? []), unmatched };
}

function filesOf<T extends Named>(files: readonly T[], { version, name }: ForeignMigration): readonly T[] {
  if (name === undefined) return filesComparing(files, version, (order) => order === 0);
  const wanted = name.normalize('NFC');
  const exact = files.filter(({ file }) => file === wanted);
  return exact.length > 0 ? exact : files.filter(({ file }) => stem(file) === stem(wanted));
}

function filesUpTo<T extends Named>(files: readonly T[], { version }: ForeignMigration): readonly T[] {
  return filesComparing(files, version, (order) => order <= 0);
}

function filesComparing<T extends Named>(
  files: readonly T[],
  version: string | undefined,
  fits: (order: number) => boolean,
): readonly T[] {
  const wanted = writtenVersion((version ?? '').replaceAll('_', '.'));
  if (wanted === null) return [];
  return files.filter(({ file }) => {
    const own = writtenVersion(file);
    return own !== null && fits(compareVersions(own, wanted));
  });
}

/** Tools record names with or without a folder, and with or without the extension of their own language. */
function stem(path: string): string {
  const name = baseName(path);
  return folderToolOf(name) ? path : name.replace(/(?:\.up)?\.sql$|\.[cm]?[jt]s$/i, '');
}

/** Undefined for times without a date, such as `infinity`. */
function timeOf({ appliedAt }: ForeignMigration): Date | undefined {
  const time = new Date(appliedAt ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
