import { ConfigurationError, DirectoryError, NotUpToDateError } from '../../core/errors/input-errors.js';
import { MigrationError, type MigrationErrorCode } from '../../core/errors/migration-error.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

const BY_CODE: Readonly<Partial<Record<MigrationErrorCode, number>>> = {
  UNREACHABLE: EXIT.unreachable,
  CONNECTION_REFUSED: EXIT.unreachable,
  CONNECTION_LOST: EXIT.unreachable,
  LOCK_TIMEOUT: EXIT.locked,
  LOCK_IN_USE: EXIT.locked,
};

/**
 * The exit code for an error. Problems with the files or the database are failures. Invalid options or flags are usage
 * errors, and so is a directory that cannot be read.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  if (!(error instanceof MigrationError)) return EXIT.failed;
  if (error instanceof ConfigurationError || error instanceof DirectoryError) return EXIT.usage;
  if (error instanceof NotUpToDateError) return error.failed.length > 0 ? EXIT.failed : EXIT.pending;
  return BY_CODE[error.code] ?? EXIT.failed;
}
