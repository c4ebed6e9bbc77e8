import { UnknownMigrationError } from '../../../core/errors/input-errors.js';
import type { Checkpoint } from '../../../core/migration/checkpoint.js';
import { MigrationSet, type CheckpointFile } from '../../../core/migration/migration-set.js';
import { compareMigrations, migrationOrder } from '../../../core/migration/version.js';
import { lastUpTo } from '../../../core/status/last-up-to.js';

/** What a new checkpoint stands for. */
export interface Replaced {
  readonly checkpoint: Checkpoint;
  /** The files that create what it stands for. They begin with an earlier checkpoint if older files are gone. */
  readonly toApply: MigrationSet;
}

/** Finds the migrations up to a version, even if an earlier checkpoint has replaced some. @throws UnknownMigrationError */
export function findReplaced(set: MigrationSet, version: string): Replaced {
  const upTo = set.migrations.slice(0, lastUpTo(set, version) + 1);
  const last = upTo.at(-1);
  if (!last) throw new UnknownMigrationError(`No migration has the version or name ${version}.`);
  const earlier = set.checkpoints.filter((each) => compareMigrations(lastOf(each), last.order) < 0);
  const isGone = (file: string): boolean => set.gone.has(file);
  const base = earlier.at(-1);
  const before = base?.checkpoint.replaces.filter(({ file }) => isGone(file)) ?? [];
  const supersedes = [...new Set(earlier.flatMap(({ file, checkpoint }) => [...checkpoint.supersedes, file]))];
  return {
    checkpoint: {
      last: last.file,
      replaces: [...before, ...upTo.map(({ file, checksum }) => ({ file, checksum }))],
      supersedes,
    },
    toApply: new MigrationSet(set.location, before.length > 0 && base ? [base, ...upTo] : upTo),
  };
}

function lastOf({ checkpoint }: CheckpointFile): ReturnType<typeof migrationOrder> {
  return migrationOrder(checkpoint.last);
}
