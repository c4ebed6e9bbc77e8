import { UnknownMigrationError } from '../../core/errors/errors.js';
import type { Origin } from '../../core/status/history.js';
import type { MigrationFile } from '../../core/migration/migration-file.js';
import { isApplied, type MigrationStatus } from '../../core/status/status.js';
import { compareMigrations, migrationOrder, parseVersion } from '../../core/migration/version.js';
import type { Dependencies } from '../run/dependencies.js';
import { underLock } from './locked.js';

/**
 * Records every migration up to and including a version as applied, without running it: for a database that has these
 * objects already.
 *
 * @param version a version (`016`, which takes every file of that number) or a file name.
 * @returns the files that were recorded now; those applied before are left as they are.
 * @throws UnknownMigrationError when no file has that version or name.
 */
export function baseline(dependencies: Dependencies, lockTimeoutMs: number, version: string): Promise<string[]> {
  return recordAs('baseline', dependencies, lockTimeoutMs, (files) => upTo(files, version));
}

/**
 * Records one migration as applied without running it.
 *
 * @returns the file when it was recorded now; nothing when it was applied before.
 * @throws UnknownMigrationError when there is no such file.
 */
export function mark(dependencies: Dependencies, lockTimeoutMs: number, file: string): Promise<string[]> {
  return recordAs('mark', dependencies, lockTimeoutMs, (files) => {
    const found = files.filter((migration) => migration.file === file);
    if (found.length === 0)
      throw new UnknownMigrationError(`There is no migration ${file} in ${dependencies.source.location}.`);
    return found;
  });
}

async function recordAs(
  origin: Origin,
  dependencies: Dependencies,
  lockTimeoutMs: number,
  choose: (files: readonly MigrationFile[]) => readonly MigrationFile[],
): Promise<string[]> {
  choose(await dependencies.source.read()); // a name that does not exist must not create the table
  return underLock(dependencies, lockTimeoutMs, async ({ session, files, statuses }) => {
    const todo = choose(files).filter((migration) => !isDone(statuses, migration.file));
    await session.record(todo.map((migration) => ({ migration, origin })));
    return todo.map((migration) => migration.file);
  });
}

function isDone(statuses: readonly MigrationStatus[], file: string): boolean {
  return statuses.some((status) => status.file === file && isApplied(status.state));
}

function upTo(files: readonly MigrationFile[], version: string): readonly MigrationFile[] {
  const byName = files.findIndex((migration) => migration.file === version);
  if (byName >= 0) return files.slice(0, byName + 1);
  // A mistyped file name must not be taken for its number.
  const wanted = BARE_VERSION.test(version) ? parseVersion(version) : null;
  const last = files.findLastIndex(({ file }) => sameVersion(file, wanted));
  if (last < 0) throw new UnknownMigrationError(`No migration has the version or name ${version}.`);
  return files.slice(0, last + 1);
}

const BARE_VERSION = /^\d[\d._:T-]*$/;

function sameVersion(file: string, wanted: readonly bigint[] | null): boolean {
  return (
    wanted !== null && compareMigrations({ file: '', version: wanted }, { ...migrationOrder(file), file: '' }) === 0
  );
}
