import { assetsHint } from '../core/errors/wording.js';
import { DirectoryError } from '../core/errors/input-errors.js';
import { MigrationSet, type UnusableFile } from '../core/migration/migration-set.js';
import { Migration } from '../core/migration/migration.js';
import { problemText, type FileProblem } from '../core/problems/file-problem.js';
import type { Found } from './examine.js';

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

const DIRECTORY_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT:
    'it does not exist. Create it, or point the option "directory" at the right one (relative paths are resolved from the working directory)',
  ENOTDIR: 'it is a file, not a directory',
  EACCES: 'this user is not allowed to read it',
};

/** The error for a directory that cannot be listed. */
export function directoryError(location: string, error: unknown): DirectoryError {
  const { code } = error as NodeJS.ErrnoException;
  const problem = DIRECTORY_PROBLEMS[code ?? ''] ?? `reading it failed with ${code}`;
  const hint = code === 'ENOENT' ? assetsHint(location) : '';
  return new DirectoryError(location, [hint === '' ? problem : `${problem}.${hint}`], { cause: error });
}
