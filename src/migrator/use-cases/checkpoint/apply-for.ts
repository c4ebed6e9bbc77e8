import { failedStatement, type MadeCheckpoint } from '../../../core/checkpoint/failed-statement.js';
import { failedForCheckpoint, type AppliedFor } from '../../../core/errors/catalog/checkpoint-failure.js';
import { ScratchDatabaseError } from '../../../core/errors/catalog/scratch-error.js';
import { MigrationFailedError, type FailedMigration } from '../../../core/errors/migration-failed.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import type { TargetDatabase } from '../../../core/ports/ports.js';
import type { ScratchDatabase } from '../../../core/ports/scratch.js';
import type { MigratorParts } from '../../run/parts.js';
import { applyTo } from '../catalog/in-scratch.js';
import { KnownFiles } from '../known-files.js';

/** What is applied: the checkpoint that was made, or other files; a function finds out after a failure. */
export type Applied = AppliedFor | MadeCheckpoint | (() => Promise<AppliedFor>);

/** What files are applied with. */
export interface ApplyParts {
  readonly parts: Omit<MigratorParts, 'database' | 'source'>;
  readonly signal: AbortSignal;
  /** The target in the scratch database. @default the database itself */
  readonly database?: TargetDatabase | undefined;
}

/** Applies files to a scratch database. @throws CheckpointError if one of them fails, and what `applyTo` throws */
export async function applyFor(
  applied: Applied,
  scratch: ScratchDatabase,
  files: MigrationSet,
  { parts, signal, database }: ApplyParts,
): Promise<void> {
  try {
    await applyTo(scratch, { ...parts, source: new KnownFiles(files) }, signal, database);
  } catch (error) {
    if (!(error instanceof ScratchDatabaseError) || !(error.cause instanceof MigrationFailedError)) throw error;
    const { failure } = error.cause;
    const standsFor = files.checkpoints.find(({ file }) => file === failure.file)?.checkpoint.last;
    throw failedForCheckpoint(await appliedFor(applied, failure), failure, error.extensions, standsFor, error.cause);
  }
}

async function appliedFor(applied: Applied, { location, server }: FailedMigration): Promise<AppliedFor> {
  if (typeof applied === 'function') return applied();
  if ('what' in applied) return applied;
  return { what: 'checkpoint', origin: location && failedStatement(applied, location.line, server.where ?? '') };
}
