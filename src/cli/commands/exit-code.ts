import { ConfigurationError, DirectoryError } from '../../core/errors/input-errors.js';
import { MigrationError, type MigrationErrorCode } from '../../core/errors/migration-error.js';

/** Exit codes of the command line. Scripts depend on them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;

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
