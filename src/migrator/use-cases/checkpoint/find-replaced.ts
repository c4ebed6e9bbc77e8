import { endsInVersion, filesGone, unlistableName } from '../../../core/errors/catalog/checkpoint-error.js';
import { UnknownMigrationError } from '../../../core/errors/input-errors.js';
import type { Checkpoint } from '../../../core/migration/checkpoint.js';
import { MigrationSet, type CheckpointFile } from '../../../core/migration/migration-set.js';
import { compareMigrations, compareVersions, migrationOrder } from '../../../core/migration/version.js';
import { lastUpTo } from '../../../core/status/last-up-to.js';

/** What a new checkpoint stands for. */
export interface Replaced {
  readonly checkpoint: Checkpoint;
  /** The files that create what it stands for. They begin with an earlier checkpoint if older files are gone. */
  readonly toApply: MigrationSet;
}

/**
 * Finds the migrations up to a version, even if an earlier checkpoint has replaced some.
 *
 * @throws UnknownMigrationError; CheckpointError if no checkpoint contains all of those whose files are gone
 */
export function findReplaced(set: MigrationSet, version: string): Replaced {
  const end = lastUpTo(set, version);
  const upTo = set.migrations.slice(0, end + 1);
  const last = upTo.at(-1);
  if (!last) throw new UnknownMigrationError(`No migration has the version or name ${version}.`);
  const next = set.migrations[end + 1];
  if (next && compareVersions(next.order.version, last.order.version) === 0) throw endsInVersion(last.file, next.file);
  const gone = [...set.gone.values()].filter(({ file }) => compareMigrations(migrationOrder(file), last.order) <= 0);
  const contained = set.checkpoints.filter((each) => compareMigrations(lastOf(each), last.order) <= 0);
  const base = contained.findLast((each) => gone.every(({ file }) => contains(each, file)));
  const all = [...gone, ...upTo.map(({ file, checksum }) => ({ file, checksum }))];
  if (gone.length > 0 && !base) throw filesGone(gone.map(({ file }) => file));
  const unlistable = all.find(({ file }) => /[\r\n]/.test(file));
  if (unlistable) throw unlistableName(unlistable.file);
  const earlier = contained.filter((each) => compareMigrations(lastOf(each), last.order) < 0);
  return {
    checkpoint: {
      last: last.file,
      replaces: all.toSorted((a, b) => compareMigrations(migrationOrder(a.file), migrationOrder(b.file))),
      supersedes: [
        ...new Set([
          ...contained.flatMap(({ checkpoint }) => checkpoint.supersedes),
          ...earlier.map(({ file }) => file),
        ]),
      ],
    },
    toApply: new MigrationSet(set.location, gone.length > 0 && base ? [base, ...upTo] : upTo),
  };
}

function contains({ checkpoint }: CheckpointFile, file: string): boolean {
  return checkpoint.replaces.some((each) => each.file === file);
}

function lastOf({ checkpoint }: CheckpointFile): ReturnType<typeof migrationOrder> {
  return migrationOrder(checkpoint.last);
}
