import { UnknownMigrationError } from '../errors/input-errors.js';
import { compareVersions, parseVersion, type MigrationOrder } from '../migration/version.js';

const BARE_VERSION = /^\d[\d._:T-]*$/;

/** Migrations in order. */
interface OrderedMigrations {
  readonly migrations: readonly { readonly file: string; readonly order: MigrationOrder }[];
}

/** The index of the migration with this file name, or the last with this version. @throws UnknownMigrationError */
export function lastUpTo({ migrations }: OrderedMigrations, name: string): number {
  const byName = migrations.findIndex(({ file }) => file === name);
  if (byName >= 0) return byName;
  // A mistyped file name must not be taken for its version number.
  const wanted = BARE_VERSION.test(name) ? parseVersion(name) : null;
  const last = migrations.findLastIndex(({ order }) => wanted !== null && compareVersions(order.version, wanted) === 0);
  if (last < 0) throw new UnknownMigrationError(`No migration has the version or name ${name}.`);
  return last;
}
