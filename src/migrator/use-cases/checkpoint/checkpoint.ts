import { checkpointText } from '../../../core/checkpoint/checkpoint-text.js';
import { cleanDump, isLargeObject, statementsOf } from '../../../core/checkpoint/clean-dump.js';
import { largeObjects, nameTaken } from '../../../core/errors/catalog/checkpoint-error.js';
import { UnknownMigrationError } from '../../../core/errors/input-errors.js';
import type { Checkpoint } from '../../../core/migration/checkpoint.js';
import { Migration } from '../../../core/migration/migration.js';
import { MigrationSet } from '../../../core/migration/migration-set.js';
import { checkpointPath } from '../../../core/migration/new-migration.js';
import { NO_PROGRESS, throwIfInterrupted, withInterruption } from '../../run/interruption.js';
import type { MigratorParts } from '../../run/parts.js';
import { applyTo, droppedAfterwards } from '../catalog/in-scratch.js';
import { KnownFiles } from '../known-files.js';
import { readUsable } from '../read-usable.js';
import { assertReplaceable } from './assert-replaceable.js';
import { assertAlike, assertNameless, dumpOf, type Result } from './dump.js';
import { findReplaced, type Replaced } from './find-replaced.js';
import { forCheckpoint } from './for-checkpoint.js';

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

/** Writes one file that leaves an empty database as the migrations up to a version do. */
export async function checkpoint(
  parts: MigratorParts,
  version: string,
  options: ProofOptions,
  signal: AbortSignal,
): Promise<CheckpointReport> {
  const set = await readUsable(parts.source);
  const replaced = findReplaced(set, version);
  const file = pathOf(replaced, set, parts);
  await assertReplaceable(replaced.toApply, parts);
  const sql = await withInterruption(signal, NO_PROGRESS, () =>
    dumpAndProve(file, replaced, parts, options, signal),
  ).catch((error: unknown) => {
    throw forCheckpoint(file, error);
  });
  return written({ file, sql, checkpoint: replaced.checkpoint }, parts, options);
}

/** A checkpoint that exists already is written again. @throws CheckpointError if the name is taken by another file */
export function pathOf(
  { checkpoint: { last } }: Replaced,
  set: MigrationSet,
  { writer }: Pick<MigratorParts, 'writer'>,
): string {
  const file = checkpointPath(last, writer.layout);
  if (file === undefined) throw new UnknownMigrationError(`${last} has no version, so no checkpoint can follow it.`);
  if (set.migrations.some((each) => each.file === file)) throw nameTaken(file);
  return file;
}

/** Writes the file, unless this is a dry run. */
export async function written(
  { file, sql, checkpoint: { replaces, supersedes } }: ProvenCheckpoint,
  { writer }: Pick<MigratorParts, 'writer'>,
  { dryRun }: ProofOptions,
): Promise<CheckpointReport> {
  if (!dryRun) await writer.replace(file, sql);
  return { file, replaces: replaces.map((each) => each.file), supersedes, sql };
}

interface ProvenCheckpoint {
  readonly file: string;
  readonly sql: string;
  readonly checkpoint: Checkpoint;
}

/** @returns the text of the checkpoint. @throws CheckpointError if it does not do what the migrations do */
async function dumpAndProve(
  file: string,
  { checkpoint: header, toApply }: Replaced,
  parts: MigratorParts,
  options: ProofOptions,
  signal: AbortSignal,
): Promise<string> {
  const expected = await resultOf(toApply, parts, options, signal);
  const text = checkpointText(header, expected.blocks, parts.writer.layout);
  const { location } = await parts.source.read();
  const alone = new MigrationSet(location, [new Migration(file, text)]);
  assertAlike(file, expected, await resultOf(alone, parts, options, signal), parts.database.target);
  return text;
}

async function resultOf(
  set: MigrationSet,
  parts: MigratorParts,
  options: ProofOptions,
  signal: AbortSignal,
): Promise<Result> {
  throwIfInterrupted(signal);
  const { server, extensions = [] } = options;
  const scratch = await parts.scratch.create({ server, extensions }, signal);
  return droppedAfterwards(scratch, async () => {
    throwIfInterrupted(signal);
    const empty = statementsOf(await dumpOf(scratch, options, signal)); // what a newer pg_dump emits for any older server, and given extensions
    await applyTo(scratch, { ...parts, source: new KnownFiles(set) }, signal);
    const catalog = await scratch.readAll();
    const after = await dumpOf(scratch, options, signal);
    const { schema: historySchema } = parts.database.target.table;
    const blocks = cleanDump(after, { historySchema, owner: catalog.owner, empty });
    if (blocks.some(isLargeObject)) throw largeObjects();
    assertNameless(blocks, scratch, parts.database.target);
    return { catalog, blocks };
  });
}
