import { ConfigurationError, DirectoryError } from '../../core/errors/input-errors.js';
import { MigrationError, type MigrationErrorCode } from '../../core/errors/migration-error.js';
import { EXIT } from './exit-codes.js';

const UNREACHABLE: readonly MigrationErrorCode[] = ['UNREACHABLE', 'CONNECTION_REFUSED', 'CONNECTION_LOST'];

/**
 * The exit code for an error. Problems with the files or the database are failures. Invalid options or flags are usage
 * errors, and so is a directory that cannot be read.
 */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof MigrationError)) return EXIT.failed;
  if (error instanceof ConfigurationError || error instanceof DirectoryError) return EXIT.usage;
  return UNREACHABLE.includes(error.code) ? EXIT.unreachable : EXIT.failed;
}

/** The text of an error: its message if it is one of ours, otherwise also where it comes from. */
export function describeError(error: unknown): string {
  if (error instanceof MigrationError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
