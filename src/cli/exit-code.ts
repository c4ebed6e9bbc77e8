import { MigrationError, type MigrationErrorCode } from '../core/errors/errors.js';

/** Exit codes of the command line. Scripts depend on them. */
export const EXIT = { fine: 0, failed: 1, usage: 2, unreachable: 3 } as const;

const USAGE: readonly MigrationErrorCode[] = ['INVALID_OPTIONS', 'INVALID_TABLE', 'INVALID_DIRECTORY'];
const UNREACHABLE: readonly MigrationErrorCode[] = ['UNREACHABLE', 'CONNECTION_REFUSED', 'CONNECTION_LOST'];

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof MigrationError)) return EXIT.failed;
  if (USAGE.includes(error.code)) return EXIT.usage;
  return UNREACHABLE.includes(error.code) ? EXIT.unreachable : EXIT.failed;
}
