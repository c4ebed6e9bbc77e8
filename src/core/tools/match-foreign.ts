import type { ForeignMigration } from './foreign-tools.js';
import type { MigrationFile } from '../migration/migration-file.js';
import { compareVersions, writtenVersion } from '../migration/version.js';

export interface MatchedMigration {
  readonly migration: MigrationFile;
  readonly appliedAt: Date | undefined;
}

export interface ForeignMatch {
  /** Files that the other tool has applied, in migration order. */
  readonly matched: readonly MatchedMigration[];
  /** What it has applied and no file, or more than one, could be found for. */
  readonly unmatched: readonly string[];
}

/** Finds the files of what another tool has applied. */
export function matchForeign(files: readonly MigrationFile[], applied: readonly ForeignMigration[]): ForeignMatch {
  const matched = new Map<string, MatchedMigration>();
  const unmatched: string[] = [];
  for (const foreign of applied) {
    const own = filesOf(files, foreign);
    const found = foreign.upTo ? filesUpTo(files, foreign) : own.length === 1 ? own : [];
    if (!foreign.marker && (own.length === 0 || found.length === 0)) unmatched.push(foreign.label);
    const appliedAt = timeOf(foreign);
    // What is known by itself wins over what a baseline implies.
    for (const migration of found)
      if (!foreign.upTo || !matched.has(migration.file)) matched.set(migration.file, { migration, appliedAt });
  }
  return { matched: files.flatMap(({ file }) => matched.get(file) ?? []), unmatched };
}

function filesOf(files: readonly MigrationFile[], { version, name }: ForeignMigration): readonly MigrationFile[] {
  if (name === undefined) return filesComparing(files, version, (order) => order === 0);
  const wanted = name.normalize('NFC');
  const exact = files.filter(({ file }) => file === wanted);
  return exact.length > 0 ? exact : files.filter(({ file }) => stem(file) === stem(wanted));
}

function filesUpTo(files: readonly MigrationFile[], { version }: ForeignMigration): readonly MigrationFile[] {
  return filesComparing(files, version, (order) => order <= 0);
}

function filesComparing(
  files: readonly MigrationFile[],
  version: string | undefined,
  fits: (order: number) => boolean,
): readonly MigrationFile[] {
  const wanted = writtenVersion((version ?? '').replaceAll('_', '.'));
  if (wanted === null) return [];
  return files.filter(({ file }) => {
    const own = writtenVersion(file);
    return own !== null && fits(compareVersions(own, wanted));
  });
}

/** Tools record names with a folder or without, and with the ending of their own language or without. */
function stem(path: string): string {
  if (path.endsWith('/migration.sql')) return path;
  return path.slice(path.lastIndexOf('/') + 1).replace(/(?:\.up)?\.sql$|\.[cm]?[jt]s$/i, '');
}

/** Times such as `infinity` are none. */
function timeOf({ appliedAt }: ForeignMigration): Date | undefined {
  const time = new Date(appliedAt ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
