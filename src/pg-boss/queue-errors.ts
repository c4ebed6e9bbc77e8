import { DatabaseConnectionError } from '../core/errors/database-errors.js';
import { ConfigurationError } from '../core/errors/input-errors.js';
import { MigrationError } from '../core/errors/migration-error.js';
import { SQLSTATE } from '../core/errors/sqlstate.js';
import { messageOfAny } from '../core/errors/wording.js';

/**
 * SQLSTATEs of transient failures: connections, resources, intervention by an operator, deadlocks, and objects that others create at the
 * same time. 23514 is raised by version 10 for a queue whose partition a session has not noticed yet.
 */
const PASSING = /^(?:08|40|53|57|58|23505|23514|42710|42723|42P0[67])/;
/** Error codes of the network. */
const NETWORK = /^E[A-Z]+$/;

/** True for a failure of the queue that may pass. */
export function isTransient(error: unknown): boolean {
  if (error instanceof MigrationError) return error instanceof DatabaseConnectionError;
  const code = codeOf(error);
  if (code !== undefined) return PASSING.test(code) || (NETWORK.test(code) && code !== 'ERR_ASSERTION');
  return error instanceof Error && /connection|timeout/i.test(error.message); // the driver gives these no code
}

/** True if a statement names a table that does not exist. */
export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === SQLSTATE.undefinedTable;
}

/** An error of the queue as one of ours. */
export function toMigrationError(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error;
  const reason = messageOfAny(error);
  const options = { cause: error };
  if (isTransient(error))
    return new DatabaseConnectionError('CONNECTION_LOST', `The queue of pg-boss failed: ${reason}`, undefined, options);
  const detail = `pg-boss cannot be used: ${reason}`;
  return new ConfigurationError('INVALID_OPTIONS', [{ option: 'tenants.engine', code: 'invalid', detail }]);
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
