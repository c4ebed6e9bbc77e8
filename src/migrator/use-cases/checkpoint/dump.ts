import { displayObject } from '../../../core/catalog/catalog-object.js';
import { compareCatalogs } from '../../../core/catalog/compare-catalogs.js';
import { differingBlocks, wordsOf } from '../../../core/checkpoint/clean-dump.js';
import { namesScratchDatabase, oldStrings, unlike } from '../../../core/errors/catalog/checkpoint-error.js';
import type { ScratchDatabase, WholeCatalog } from '../../../core/ports/scratch.js';
import { maskSecrets } from '../../../core/sql/text/secrets.js';
import type { TableName } from '../../../core/target/table.js';
import { secretsOf, type Target } from '../../../core/target/target.js';
import { throwIfInterrupted } from '../../run/interruption.js';
import type { ProofOptions } from './write-checkpoint.js';

/** What a scratch database contains after migrations. */
export interface Result {
  readonly blocks: readonly string[];
  readonly catalog: WholeCatalog;
}

type Program = Pick<ProofOptions, 'pgDump'>;

/** Dumps a scratch database. @throws CheckpointError, InterruptedError */
export async function dumpOf(scratch: ScratchDatabase, options: Program, signal: AbortSignal): Promise<string> {
  const text = await dumpWith(options, signal, (program) => scratch.dump(program, signal));
  if (/^SET standard_conforming_strings = off;/m.test(text)) throw oldStrings();
  return text;
}

/** Dumps the tables of this library. @throws CheckpointError, InterruptedError */
export function dumpOfOwnTables(
  scratch: ScratchDatabase,
  histories: readonly TableName[],
  options: Program,
  signal: AbortSignal,
): Promise<string> {
  return histories.length === 0
    ? Promise.resolve('')
    : dumpWith(options, signal, (program) => scratch.dumpOwnTables(program, histories, signal));
}

async function dumpWith(
  { pgDump = 'pg_dump' }: Program,
  signal: AbortSignal,
  dump: (program: string) => Promise<string>,
): Promise<string> {
  const text = await dump(pgDump).catch((error: unknown) => {
    throwIfInterrupted(signal);
    throw error;
  });
  throwIfInterrupted(signal);
  return text;
}

/**
 * @param target for values that messages must not show.
 * @param shown how messages show an object or a statement.
 * @throws CheckpointError if the results differ
 */
export function assertAlike(
  file: string,
  expected: Result,
  actual: Result,
  target: Pick<Target, 'placeholders'>,
  shown = (words: string): string => words,
): void {
  // Both databases were made alike, so nothing needs to be ignored.
  const { added, removed, changed } = compareCatalogs(expected.catalog, actual.catalog, () => false);
  const objects = [...added, ...removed, ...changed.map(({ live }) => live)].map(displayObject);
  const differences = [...objects, ...differingBlocks(expected.blocks, actual.blocks)];
  if (differences.length > 0) throw unlike(file, unique(differences.map(shown), target));
}

/** @throws CheckpointError if blocks contain the name of the scratch database, which `current_database()` returned */
export function assertNameless(
  blocks: readonly string[],
  { name }: Pick<ScratchDatabase, 'name'>,
  target: Pick<Target, 'placeholders'>,
): void {
  const named = blocks.filter((block) => block.includes(name)).map(wordsOf);
  if (named.length > 0) throw namesScratchDatabase(unique(named, target));
}

/** For messages. */
export function unique(words: readonly string[], target: Pick<Target, 'placeholders'>): readonly string[] {
  const secrets = secretsOf(target);
  return [...new Set(words.map((each) => maskSecrets(each, secrets)))];
}
