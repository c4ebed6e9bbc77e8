import { DatabaseError } from '../../core/errors/database-errors.js';
import { MigrationError, type MigrationErrorCode } from '../../core/errors/migration-error.js';

/** Why something cannot be read, in words of our own: errors name addresses and roles, and health reports are public. */
export function reasonOf(error: unknown): string {
  if (error instanceof DatabaseError) return `the history cannot be read (SQLSTATE ${error.server.sqlstate})`;
  return (error instanceof MigrationError && REASONS[error.code]) || 'the state of the migrations cannot be determined';
}

const REASONS: Partial<Record<MigrationErrorCode, string>> = {
  UNREACHABLE: 'the database cannot be reached',
  CONNECTION_REFUSED: 'the database refused the connection',
  CONNECTION_LOST: 'the connection to the database was lost',
  HISTORY_TABLE: 'the history table cannot be used',
  INVALID_DIRECTORY: 'the migrations directory cannot be read',
  INVALID_TENANTS: 'the list of tenants cannot be used',
};
