import type { DirectoryProblemCode } from '../core/errors/files/directory-problem.js';
import { DirectoryError } from '../core/errors/input-errors.js';
import { MigrationSet, type UnusableFile } from '../core/migration/migration-set.js';
import { Migration } from '../core/migration/migration.js';
import { problemText, type FileProblem } from '../core/problems/file-problem.js';
import type { Found } from './examine.js';
import type { DirectoryRules } from './rules.js';

const DUPLICATE_NAME: FileProblem = { reason: 'duplicate-name' };

/** Makes a set from what was found in a directory. */
export function setOf(location: string, found: Iterable<Found>): MigrationSet {
  const unusable: UnusableFile[] = [];
  const migrations: Migration[] = [];
  const seen = new Set<string>();
  for (const each of found) {
    if (each === undefined) continue;
    const { file } = each;
    if (!(each instanceof Migration)) unusable.push(each);
    else if (seen.has(file)) unusable.push({ file, problem: DUPLICATE_NAME });
    else migrations.push(each);
    seen.add(file);
  }
  return new MigrationSet(location, migrations, unusable);
}

/** True if two results for one entry are equal. */
export function isSame(a: Found, b: Found): boolean {
  if (a instanceof Migration && b instanceof Migration) return a.file === b.file && a.text === b.text;
  if (a === undefined || b === undefined || a instanceof Migration || b instanceof Migration) return a === b;
  return a.file === b.file && problemText(a.problem) === problemText(b.problem);
}

const DIRECTORY_PROBLEMS: Readonly<Record<string, DirectoryProblemCode>> = {
  ENOENT: 'missing',
  ENOTDIR: 'not-a-directory',
  EACCES: 'not-permitted',
};

/** A directory, and the rules by which it is read. */
interface Place {
  readonly location: string;
  readonly rules: Pick<DirectoryRules, 'option'>;
}

/** The error for a directory that cannot be listed. */
export function directoryError({ location, rules: { option } }: Place, error: unknown): DirectoryError {
  const { code: systemCode = 'an unknown error' } = error as NodeJS.ErrnoException;
  const code = DIRECTORY_PROBLEMS[systemCode] ?? 'not-readable';
  return new DirectoryError(location, [{ code, systemCode, ...(option !== undefined && { option }) }], {
    cause: error,
  });
}
