import { createHash } from 'node:crypto';
import type { FileProblem } from '../problems/file-problem.js';
import type { Checkpoint, ReplacedFile } from './checkpoint.js';
import type { Migration } from './migration.js';
import { compareMigrations, migrationOrder, type MigrationOrder } from './version.js';

/** A file in the directory that cannot be used as a migration. */
export interface UnusableFile {
  /** Path relative to the migrations directory, with `/`. */
  readonly file: string;
  readonly problem: FileProblem;
}

/** A migration that is a checkpoint. */
export type CheckpointFile = Migration & { readonly checkpoint: Checkpoint };

/** All migrations of one directory, read once. One set may be applied to many targets. */
export class MigrationSet {
  /** In migration order, without checkpoints. */
  readonly migrations: readonly Migration[];
  /** The checkpoints, in migration order. Only a database without any applied migration runs one. */
  readonly checkpoints: readonly CheckpointFile[];
  /** Files that must be fixed before anything runs. */
  readonly unusable: readonly UnusableFile[];
  #checksum: string | undefined;
  #histories: readonly (readonly ReplacedFile[])[] | undefined;

  /**
   * @param location the directory, for messages.
   * @param unusable files that must be fixed before anything runs.
   */
  constructor(
    readonly location: string,
    migrations: Iterable<Migration>,
    unusable: readonly UnusableFile[] = [],
    /** A run applies nothing after it, so it starts at no checkpoint that contains more. @default no limit */
    readonly end?: MigrationOrder,
  ) {
    const all = [...migrations].toSorted((a, b) => compareMigrations(a.order, b.order));
    const invalid = all.filter(({ checkpoint }) => checkpoint === 'invalid');
    this.migrations = all.some(({ checkpoint }) => checkpoint) ? all.filter(({ checkpoint }) => !checkpoint) : all;
    this.checkpoints = all.filter((each): each is CheckpointFile => typeof each.checkpoint === 'object');
    this.unusable = [
      ...unusable,
      ...invalid.map(({ file }) => ({ file, problem: { reason: 'checkpoint-header' } as const })),
    ];
  }

  /** The order of the newest file; undefined if there is none. */
  get newest(): MigrationOrder | undefined {
    const last = [this.migrations.at(-1)?.order, this.checkpoints.at(-1)?.order].filter((each) => each !== undefined);
    return last.toSorted(compareMigrations).at(-1);
  }

  /** Migrations that a checkpoint replaces and whose files are gone, by name. */
  get gone(): ReadonlyMap<string, ReplacedFile> {
    const replaced = this.checkpoints.flatMap(({ checkpoint }) => checkpoint.replaces);
    const gone = new Map(replaced.map((each) => [each.file, each]));
    for (const { file } of this.migrations) gone.delete(file);
    return gone;
  }

  /**
   * The files that a database has recorded once nothing is pending, in order, including those that were deleted after a
   * checkpoint replaced them. One list for each place at which it may have started. Computed on first access.
   */
  get histories(): readonly (readonly ReplacedFile[])[] {
    return (this.#histories ??= this.makeHistories());
  }

  private makeHistories(): readonly (readonly ReplacedFile[])[] {
    if (this.checkpoints.length === 0) return [this.migrations];
    const all = [...this.migrations, ...this.gone.values()];
    return [ordered(all), ...this.checkpoints.map((checkpoint) => ordered([...all, checkpoint]))];
  }

  /** SHA-256 (hex) of the names and checksums of all migrations in order. Computed on first access. */
  get checksum(): string {
    return (this.#checksum ??= [...this.migrations, ...this.checkpoints]
      .reduce((hash, { file, checksum }) => hash.update(`${file}\0${checksum}\n`), createHash('sha256'))
      .digest('hex'));
  }
}

function ordered(files: readonly ReplacedFile[]): readonly ReplacedFile[] {
  const places = files.map(({ file, checksum }) => ({ file, checksum, order: migrationOrder(file) }));
  return places.toSorted((a, b) => compareMigrations(a.order, b.order));
}
