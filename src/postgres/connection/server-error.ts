import { types } from 'node:util';
import {
  DatabaseConnectionError,
  DatabaseError,
  type MigrationError,
  type ServerErrorDetails,
} from '../../core/errors/errors.js';

/** What the server said, when the error came from the server; undefined for everything else (sockets, DNS, TLS). */
export function serverErrorOf(error: unknown): ServerErrorDetails | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, severity, detail, hint, where, position } = error as Error & Record<string, unknown>;
  if (typeof code !== 'string' || typeof severity !== 'string') return undefined;
  return {
    sqlstate: code,
    message: error.message,
    ...(typeof detail === 'string' && { detail }),
    ...(typeof hint === 'string' && { hint }),
    ...(typeof where === 'string' && { where }),
    ...(typeof position === 'string' && { position: Number(position) }),
  };
}

/**
 * 57P01 to 57P03: the server is going down or coming up. 08: connection exceptions. 53300: no connection slot is free.
 */
const UNAVAILABLE = /^(?:57P0[1-3]|08...|53300)$/;

/** An error of connecting as ours. Its message names address and role at most, never a connection string. */
export function connectError(error: unknown): DatabaseConnectionError {
  const server = serverErrorOf(error);
  if (server && !UNAVAILABLE.test(server.sqlstate)) {
    return new DatabaseConnectionError(
      'CONNECTION_REFUSED',
      `The database refused the connection: ${server.message} (SQLSTATE ${server.sqlstate}). ${CONNECT_ADVICE[server.sqlstate] ?? ''}`.trim(),
      server.sqlstate,
    );
  }
  if (isTlsProblem(error)) return unusableError(error);
  return new DatabaseConnectionError(
    'UNREACHABLE',
    `The database cannot be reached: ${server?.message ?? reason(error)}.`,
    server?.sqlstate,
  );
}

/** The driver cannot even try, or gave up on a server that answers: trying again does not help. */
export function unusableError(error: unknown): DatabaseConnectionError {
  return new DatabaseConnectionError('CONNECTION_REFUSED', `No connection can be made: ${reason(error)}.`);
}

const CONNECT_ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'Check the password of the migrating role.',
  '28000': 'Check the role name and pg_hba.conf.',
  '3D000': 'Create the database first: migrations run inside one.',
};

/** Errors of the network come from a system call; others that have a code are about certificates. */
function isTlsProblem(error: unknown): boolean {
  return (
    types.isNativeError(error) &&
    'code' in error &&
    !('syscall' in error) &&
    !('errors' in error) &&
    !('severity' in error)
  );
}

/**
 * Node reports several addresses tried as one AggregateError with an empty message. A bad URL's error carries the URL:
 * leave it out.
 */
function reason(error: unknown): string {
  if (!types.isNativeError(error)) return 'unknown error';
  const { code, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] };
  if (errors) return [...new Set(errors.map(reason))].join('; ');
  if (code === 'ERR_INVALID_URL') return 'the connection string is not a valid URL';
  return error.message || code || error.name;
}

/** An error on an open connection, outside of a migration, as ours. */
export function queryError(doing: string, error: unknown): MigrationError {
  const server = serverErrorOf(error);
  if (server === undefined || UNAVAILABLE.test(server.sqlstate)) {
    return new DatabaseConnectionError(
      'CONNECTION_LOST',
      `The connection was lost while ${doing}: ${server?.message ?? reason(error)}.`,
      server?.sqlstate,
    );
  }
  if (server.sqlstate === '25006') {
    return new DatabaseConnectionError(
      'READ_ONLY',
      `The database is read-only (a standby, or default_transaction_read_only is on), so ${doing} is not possible. Connect to the primary.`,
      server.sqlstate,
    );
  }
  return new DatabaseError(`Failed while ${doing}`, server);
}
