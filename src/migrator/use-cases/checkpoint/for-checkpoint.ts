import { failedForCheckpoint } from '../../../core/errors/catalog/checkpoint-error.js';
import { ScratchDatabaseError } from '../../../core/errors/catalog/scratch-error.js';
import { MigrationFailedError } from '../../../core/errors/migration-failed.js';

/**
 * An error of applying migrations to a scratch database, with what to do about it for a checkpoint.
 *
 * @param file of the checkpoint.
 */
export function forCheckpoint(file: string, error: unknown): unknown {
  if (!(error instanceof ScratchDatabaseError) || !(error.cause instanceof MigrationFailedError)) return error;
  return failedForCheckpoint(file, error.cause.failure, error.extensions, error.cause);
}
