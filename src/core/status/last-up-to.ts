import { UnknownMigrationError } from '../errors/input-errors.js';
import type { MigrationSet } from '../migration/migration-set.js';
import { compareVersions, parseVersion } from '../migration/version.js';

const BARE_VERSION = /^\d[\d._:T-]*$/;

/** The index of the migration with this file name, or the last with this version. @throws UnknownMigrationError */
export function lastUpTo({ migrations }: MigrationSet, name: string): number {
  const byName = migrations.findIndex(({ file }) => file === name);
  if (byName >= 0) return byName;
  // A mistyped file name must not be taken for its version number.
  const wanted = BARE_VERSION.test(name) ? parseVersion(name) : null;
  const last = migrations.findLastIndex(({ order }) => wanted !== null && compareVersions(order.version, wanted) === 0);
  if (last < 0) throw new UnknownMigrationError(`No migration has the version or name ${name}.`);
  return last;
}
