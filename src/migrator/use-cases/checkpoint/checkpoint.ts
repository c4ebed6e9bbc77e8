import { checkpointText } from '../../../core/checkpoint/checkpoint-text.js';
import { cleanDump, isLargeObject, statementsOf } from '../../../core/checkpoint/clean-dump.js';
import { accessToOwnTables } from '../../../core/checkpoint/own-access.js';
import { largeObjects } from '../../../core/errors/catalog/checkpoint-error.js';
import { Migration } from '../../../core/migration/migration.js';
import { MigrationSet } from '../../../core/migration/migration-set.js';
import type { MigratorParts } from '../../run/parts.js';
import { inScratch } from '../catalog/in-scratch.js';
import { applyFor, type Applied } from './apply-for.js';
import { assertReplaceable } from './assert-replaceable.js';
import { assertAlike, assertNameless, dumpOf, dumpOfOwnTables, type Result } from './dump.js';
import type { Replaced } from './find-replaced.js';
import { writeCheckpoint, type CheckpointReport, type ProofOptions } from './write-checkpoint.js';

export type { CheckpointOptions, CheckpointReport } from './write-checkpoint.js';

/** Writes one file that leaves an empty database as the migrations up to a version do. */
export function checkpoint(
  parts: MigratorParts,
  version: string,
  options: ProofOptions,
  signal: AbortSignal,
): Promise<CheckpointReport> {
  return writeCheckpoint(parts, version, options, signal, {
    assertReplaceable: (toApply) => assertReplaceable(toApply, parts),
    dumpAndProve: (file, replaced) => dumpAndProve(file, replaced, parts, options, signal),
  });
}

/** @returns the text of the checkpoint. @throws CheckpointError if it does not do what the migrations do */
async function dumpAndProve(
  file: string,
  { checkpoint: header, toApply }: Replaced,
  parts: MigratorParts,
  options: ProofOptions,
  signal: AbortSignal,
): Promise<string> {
  const expected = await resultOf(toApply, { what: 'migrations' }, parts, options, signal);
  const { blocks } = expected;
  const text = checkpointText(header, blocks, parts.writer.layout);
  const alone = new MigrationSet(toApply.location, [new Migration(file, text)]);
  const made = { text, blocks, replaced: toApply.migrations };
  assertAlike(file, expected, await resultOf(alone, made, parts, options, signal), parts.database.target);
  return text;
}

function resultOf(
  set: MigrationSet,
  applied: Applied,
  parts: MigratorParts,
  options: ProofOptions,
  signal: AbortSignal,
): Promise<Result> {
  return inScratch(parts, options, signal, async (scratch) => {
    const empty = statementsOf(await dumpOf(scratch, options, signal)); // what a newer pg_dump emits for any older server, and given extensions
    await applyFor(applied, scratch, set, { parts, signal });
    const catalog = await scratch.readAll();
    const after = await dumpOf(scratch, options, signal);
    const { table } = parts.database.target;
    const context = { historySchema: table.schema, owner: catalog.owner, empty };
    const histories = catalog.owner === undefined ? [] : [table]; // without tracking, there is none
    const own = await dumpOfOwnTables(scratch, histories, options, signal);
    const blocks = [...cleanDump(after, context), ...accessToOwnTables(own, context)];
    if (blocks.some(isLargeObject)) throw largeObjects();
    assertNameless(blocks, scratch, parts.database.target);
    return { catalog, blocks };
  });
}
