import { displayObject } from '../../../core/catalog/catalog-object.js';
import { compareCatalogs } from '../../../core/catalog/compare-catalogs.js';
import { checkpointText } from '../../../core/checkpoint/checkpoint-text.js';
import { cleanDump, differingBlocks, statementsOf } from '../../../core/checkpoint/clean-dump.js';
import { nameTaken, oldStrings, unlike } from '../../../core/errors/catalog/checkpoint-error.js';
import { UnknownMigrationError } from '../../../core/errors/input-errors.js';
import { Migration } from '../../../core/migration/migration.js';
import { MigrationSet } from '../../../core/migration/migration-set.js';
import { checkpointPath } from '../../../core/migration/new-migration.js';
import { maskSecrets } from '../../../core/sql/text/secrets.js';
import { secretsOf } from '../../../core/target/target.js';
import type { WholeCatalog } from '../../../core/ports/scratch.js';
import { NO_PROGRESS, throwIfInterrupted, withInterruption } from '../../run/interruption.js';
import type { MigratorParts } from '../../run/parts.js';
import { applyTo, droppedAfterwards } from '../catalog/in-scratch.js';
import { KnownFiles } from '../known-files.js';
import { readUsable } from '../read-usable.js';
import { assertReplaceable } from './assert-replaceable.js';
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

type Options = Omit<CheckpointOptions, 'signal'>;

/** Writes one file that leaves an empty database as the migrations up to a version do. */
export async function checkpoint(
  parts: MigratorParts,
  version: string,
  options: Options,
  signal: AbortSignal,
): Promise<CheckpointReport> {
  const set = await readUsable(parts.source);
  const replaced = findReplaced(set, version);
  const file = pathOf(replaced, set, parts);
  await assertReplaceable(replaced.toApply, parts);
  const sql = await withInterruption(signal, NO_PROGRESS, () => dumpAndProve(file, replaced, parts, options, signal));
  if (!options.dryRun) await parts.writer.replace(file, sql);
  const { replaces, supersedes } = replaced.checkpoint;
  return { file, replaces: replaces.map((each) => each.file), supersedes, sql };
}

/** A checkpoint that exists already is written again. @throws CheckpointError if the name is taken by another file */
function pathOf({ checkpoint: { last } }: Replaced, set: MigrationSet, { writer }: MigratorParts): string {
  const file = checkpointPath(last, writer.layout);
  if (file === undefined) throw new UnknownMigrationError(`${last} has no version, so no checkpoint can follow it.`);
  if (set.migrations.some((each) => each.file === file)) throw nameTaken(file);
  return file;
}

/** What a scratch database contains after migrations. */
interface Result {
  readonly blocks: readonly string[];
  readonly catalog: WholeCatalog;
}

/** @returns the text of the checkpoint. @throws CheckpointError if it does not do what the migrations do */
async function dumpAndProve(
  file: string,
  { checkpoint: header, toApply }: Replaced,
  parts: MigratorParts,
  options: Options,
  signal: AbortSignal,
): Promise<string> {
  const expected = await resultOf(toApply, parts, options, signal);
  const text = checkpointText(header, expected.blocks, parts.writer.layout);
  const { location } = await parts.source.read();
  const written = new MigrationSet(location, [new Migration(file, text)]);
  const actual = await resultOf(written, parts, options, signal);
  const differences = [...differingObjects(expected, actual), ...differingBlocks(expected.blocks, actual.blocks)];
  const secrets = secretsOf(parts.database.target);
  if (differences.length > 0) throw unlike(file, [...new Set(differences.map((each) => maskSecrets(each, secrets)))]);
  return text;
}

/** Both databases were made alike, so nothing needs to be ignored. */
function differingObjects(expected: Result, actual: Result): string[] {
  const { added, removed, changed } = compareCatalogs(expected.catalog, actual.catalog, () => false);
  return [...added, ...removed, ...changed.map(({ live }) => live)].map(displayObject);
}

async function resultOf(
  set: MigrationSet,
  parts: MigratorParts,
  { server, extensions = [], pgDump = 'pg_dump' }: Options,
  signal: AbortSignal,
): Promise<Result> {
  throwIfInterrupted(signal);
  const scratch = await parts.scratch.create({ server, extensions }, signal);
  return droppedAfterwards(scratch, async () => {
    const dump = (): Promise<string> =>
      scratch.dump(pgDump, signal).catch((error: unknown) => {
        throwIfInterrupted(signal);
        throw error;
      });
    throwIfInterrupted(signal);
    const empty = statementsOf(await dump()); // what a newer pg_dump emits for any older server, and given extensions
    await applyTo(scratch, { ...parts, source: new KnownFiles(set) }, signal);
    const catalog = await scratch.readAll();
    const after = await dump();
    if (/^SET standard_conforming_strings = off;/m.test(after)) throw oldStrings();
    const { schema: historySchema } = parts.database.target.table;
    return { catalog, blocks: cleanDump(after, { historySchema, owner: catalog.owner, empty }) };
  });
}
