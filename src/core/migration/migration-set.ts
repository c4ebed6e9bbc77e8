import { createHash } from 'node:crypto';
import type { FileProblem } from '../problems/file-problem.js';
import type { Migration } from './migration.js';
import { compareMigrations } from './version.js';

/** A file in the directory that cannot be used as a migration. */
export interface UnusableFile {
  /** Path relative to the migrations directory, with `/`. */
  readonly file: string;
  readonly problem: FileProblem;
}

/** All migrations of one directory, read once. One set may be applied to many targets. */
export class MigrationSet {
  /** In migration order. */
  readonly migrations: readonly Migration[];
  #checksum: string | undefined;

  /**
   * @param location the directory, for messages.
   * @param unusable files that must be fixed before anything runs.
   */
  constructor(
    readonly location: string,
    migrations: Iterable<Migration>,
    readonly unusable: readonly UnusableFile[] = [],
  ) {
    this.migrations = [...migrations].toSorted((a, b) => compareMigrations(a.order, b.order));
  }

  /** SHA-256 (hex) of the names and checksums of all migrations in order. Computed on first access. */
  get checksum(): string {
    return (this.#checksum ??= this.migrations
      .reduce((hash, { file, checksum }) => hash.update(`${file}\0${checksum}\n`), createHash('sha256'))
      .digest('hex'));
  }
}
