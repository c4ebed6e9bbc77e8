import { MigrationError } from './migration-error.js';
import type { Text } from './remedy.js';

/** The history table cannot be used as it is. It was left untouched. */
export class HistoryTableError extends MigrationError {
  constructor(
    /** The history table, or that of another tool: `schema.table`. */
    readonly table: string,
    message: Text,
    options?: { cause?: unknown },
  ) {
    super('HISTORY_TABLE', message, options);
  }
}

/** The database could not be reached, or the connection was refused or lost. Never carries connection data. */
export class DatabaseConnectionError extends MigrationError {
  constructor(
    code: 'UNREACHABLE' | 'CONNECTION_REFUSED' | 'CONNECTION_LOST' | 'READ_ONLY',
    /** What happened, without the code. */
    readonly reason: string,
    /** The SQLSTATE, if the server responded. */
    readonly sqlstate?: string,
    options?: { cause?: unknown },
  ) {
    super(code, reason, options);
  }
}

/** True if nothing answered. A server that refuses a login, or has no slot left, may accept the next one. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof DatabaseConnectionError && error.code === 'UNREACHABLE' && error.sqlstate === undefined;
}

/** A server error as data, without connection details. */
export interface ServerErrorDetails {
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** The server's CONTEXT: the stack of functions. */
  readonly where?: string;
  /** 1-based, in characters, from the start of the message that was sent. */
  readonly position?: number;
}

/** The server refused something other than a migration, for example because of a missing privilege. */
export class DatabaseError extends MigrationError {
  constructor(
    message: string,
    /** What the server said. */
    readonly server: ServerErrorDetails,
    options?: { cause?: unknown },
  ) {
    super('DATABASE_ERROR', `${message}: ${server.message} (SQLSTATE ${server.sqlstate})${extras(server)}`, options);
  }
}

/** `detail`, `hint` and context of a server error, one per line, indented. */
export function extras(server: ServerErrorDetails): string {
  const lines: string[] = [];
  if (server.detail) lines.push(`  detail: ${server.detail}`);
  if (server.hint) lines.push(`  hint: ${server.hint}`);
  if (server.where) lines.push(`  context: ${server.where}`);
  return lines.map((line) => `\n${line.replaceAll('\n', '\n    ')}`).join(''); // a context has a line for each function
}
