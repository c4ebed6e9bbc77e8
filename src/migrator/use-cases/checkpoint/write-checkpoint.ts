import { UnknownMigrationError } from '../../../core/errors/input-errors.js';
import { nameTaken } from '../../../core/errors/catalog/checkpoint-error.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import { checkpointPath } from '../../../core/migration/new-migration.js';
import { NO_PROGRESS, withInterruption } from '../../run/interruption.js';
import type { MigratorParts } from '../../run/parts.js';
import { readUsable } from '../read-usable.js';
import { findReplaced, type Replaced } from './find-replaced.js';

/** Options of `checkpoint()`. */
export interface CheckpointOptions {
  /**
   * URL of any database on another server, on which the scratch databases are created. It must run the same major
   * version.
   * @default the server of the migrations
   */
  readonly server?: string | undefined;
  /** Extensions to create in the scratch databases first, because no migration creates them. @default none */
  readonly extensions?: readonly string[];
  /** The program `pg_dump`, which must be at least as new as the server. @default 'pg_dump', from the PATH */
  readonly pgDump?: string | undefined;
  /** Checks everything, but writes no file. @default false */
  readonly dryRun?: boolean;
  /** Interrupts the operation. The scratch databases are dropped. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** A checkpoint that was written, or would be. */
export interface CheckpointReport {
  /** Its path, relative to the migrations directory. */
  readonly file: string;
  /** The migrations that it stands for, in order. */
  readonly replaces: readonly string[];
  /** Earlier checkpoints, which can be deleted. */
  readonly supersedes: readonly string[];
  /** Its text. */
  readonly sql: string;
}

/** The same options without the signal, for the work itself. */
export type ProofOptions = Omit<CheckpointOptions, 'signal'>;

/** How the text of a checkpoint is made. */
export interface CheckpointWork {
  /** @throws RefusedError, CheckpointError if files contain what no checkpoint can */
  readonly assertReplaceable: (toApply: MigrationSet) => Promise<void>;
  /** @returns the text. @throws CheckpointError if it does not do what the files do */
  readonly dumpAndProve: (file: string, replaced: Replaced) => Promise<string>;
}

/** Writes one file for the migrations up to a version, unless this is a dry run. */
export async function writeCheckpoint(
  { source, writer }: Pick<MigratorParts, 'source' | 'writer'>,
  version: string,
  { dryRun }: ProofOptions,
  signal: AbortSignal,
  work: CheckpointWork,
): Promise<CheckpointReport> {
  const set = await readUsable(source);
  const replaced = findReplaced(set, version);
  const file = pathOf(replaced, set, writer);
  await work.assertReplaceable(replaced.toApply);
  const sql = await withInterruption(signal, NO_PROGRESS, () => work.dumpAndProve(file, replaced));
  if (!dryRun) await writer.replace(file, sql);
  const { replaces, supersedes } = replaced.checkpoint;
  return { file, replaces: replaces.map((each) => each.file), supersedes, sql };
}

/** A checkpoint that exists already is written again. @throws CheckpointError if the name is taken by another file */
function pathOf({ checkpoint: { last } }: Replaced, set: MigrationSet, writer: MigratorParts['writer']): string {
  const file = checkpointPath(last, writer.layout);
  if (file === undefined) throw new UnknownMigrationError(`${last} has no version, so no checkpoint can follow it.`);
  if (set.migrations.some((each) => each.file === file)) throw nameTaken(file);
  return file;
}
