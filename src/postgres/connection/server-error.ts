import { types } from 'node:util';
import { DatabaseConnectionError, DatabaseError, type ServerErrorDetails } from '../../core/errors/database-errors.js';
import { type MigrationError } from '../../core/errors/migration-error.js';
import { isUnavailable, SQLSTATE } from '../../core/errors/sqlstate.js';
import { maskSecrets } from '../../core/sql/text/secrets.js';
import { lacksPassword } from './driver.js';

/** The details of an error from the server, without passwords; undefined for other errors (sockets, DNS, TLS). */
export function serverErrorOf(error: unknown): ServerErrorDetails | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, severity, detail, hint, where, position } = error as Error & Record<string, unknown>;
  if (typeof code !== 'string' || typeof severity !== 'string') return undefined;
  return {
    sqlstate: code,
    message: maskSecrets(error.message),
    ...(typeof detail === 'string' && { detail: maskSecrets(detail) }),
    ...(typeof hint === 'string' && { hint: maskSecrets(hint) }),
    ...(typeof where === 'string' && { where: maskSecrets(where) }),
    ...(typeof position === 'string' && { position: Number(position) }),
  };
}

const NO_PASSWORD =
  'the server requires a password, but none was provided. Set it in the connection string (postgres://user:password@host/database), ' +
  'in the password field of a config or a pool, or in the environment variable PGPASSWORD';

/** The remedy for a connection string that is not a valid URL. */
export const ENCODE_PASSWORD =
  'Special characters in the password (such as # / ? @ %) must be percent-encoded: encodeURIComponent(password)';

/** Converts an error of connecting. The message may name the address and role, but never the connection string. */
export function connectError(error: unknown): DatabaseConnectionError {
  const server = serverErrorOf(error);
  if (server && !isUnavailable(server)) {
    return new DatabaseConnectionError(
      'CONNECTION_REFUSED',
      `The database refused the connection: ${server.message} (SQLSTATE ${server.sqlstate}). ${CONNECT_ADVICE[server.sqlstate] ?? ''}`.trim(),
      server.sqlstate,
    );
  }
  if (lacksPassword(error) || isTlsProblem(error)) return unusableError(error);
  return new DatabaseConnectionError(
    'UNREACHABLE',
    `The database cannot be reached: ${server?.message ?? reason(error)}.`,
    server?.sqlstate,
  );
}

/** The error if the driver cannot connect with these settings, or gave up on a server that answers: final. */
export function unusableError(error: unknown): DatabaseConnectionError {
  return new DatabaseConnectionError('CONNECTION_REFUSED', `No connection can be made: ${reason(error)}.`);
}

const CONNECT_ADVICE: Readonly<Record<string, string>> = {
  [SQLSTATE.invalidPassword]: 'Check the password of the migrating role.',
  [SQLSTATE.invalidAuthorization]: 'Check the role name and pg_hba.conf.',
  [SQLSTATE.invalidCatalogName]: 'Create the database first: migrations run inside one.',
};

/** Network errors come from a system call. Other errors with a code are about certificates. */
function isTlsProblem(error: unknown): boolean {
  return (
    types.isNativeError(error) &&
    'code' in error &&
    !('syscall' in error) &&
    !('errors' in error) &&
    !('severity' in error)
  );
}

/** After trying several addresses, Node reports an AggregateError. The error for an invalid URL contains the URL. */
function reason(error: unknown): string {
  if (!types.isNativeError(error)) return 'unknown error';
  const { code, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] };
  if (errors) return [...new Set(errors.map(reason))].join('; ');
  if (lacksPassword(error)) return NO_PASSWORD;
  if (code === 'ERR_INVALID_URL') return `the connection string is not a valid URL. ${ENCODE_PASSWORD}`;
  return error.message || code || error.name;
}

/** Converts an error on an open connection, outside a migration. @param doing what failed: "reading the history". */
export function queryError(doing: string, error: unknown): MigrationError {
  const server = serverErrorOf(error);
  if (server === undefined || isUnavailable(server)) {
    return new DatabaseConnectionError(
      'CONNECTION_LOST',
      `The connection was lost while ${doing}: ${server?.message ?? reason(error)}.`,
      server?.sqlstate,
    );
  }
  if (server.sqlstate === SQLSTATE.readOnlySqlTransaction) {
    const either = `Either this server is a standby: connect to the primary. Or ${READ_ONLY_SETTING}`;
    return new DatabaseConnectionError(
      'READ_ONLY',
      `The database is read-only, so ${doing} is not possible. ${either}`,
      server.sqlstate,
    );
  }
  return new DatabaseError(`Failed while ${doing}`, server);
}

const READ_ONLY_SETTING =
  'default_transaction_read_only is on for the database, the role or the server. Turn it off there ' +
  '(ALTER DATABASE … RESET default_transaction_read_only; for a role ALTER ROLE …), or only for migrations: ' +
  'append "?options=-c%20default_transaction_read_only=off" to their connection string.';

/** The error for a server that refuses every write, with the reason. */
export function readOnlyError(cause: 'standby' | 'setting'): DatabaseConnectionError {
  const message =
    cause === 'standby'
      ? 'This server is a read-only standby: migrations can only run on the primary. Connect to the primary.'
      : `Migrations cannot be recorded, because ${READ_ONLY_SETTING}`;
  return new DatabaseConnectionError('READ_ONLY', message);
}
