/** What can go wrong, by name. Codes are stable: scripts may depend on them. */
export type MigrationErrorCode =
  | 'INVALID_OPTIONS'
  | 'INVALID_TABLE'
  | 'INVALID_DIRECTORY'
  | 'REFUSED'
  | 'MIGRATION_FAILED'
  | 'HISTORY_TABLE'
  | 'UNREACHABLE'
  | 'CONNECTION_REFUSED'
  | 'CONNECTION_LOST'
  | 'READ_ONLY'
  | 'INTERRUPTED'
  | 'IN_DOUBT'
  | 'LOCK_TIMEOUT'
  | 'LOCK_LOST'
  | 'DRIFT'
  | 'NOT_UP_TO_DATE'
  | 'UNKNOWN_MIGRATION'
  | 'DATABASE_ERROR';

/** The base of every error that this library throws on purpose. `code` is stable, `message` is for people. */
export class MigrationError extends Error {
  constructor(
    readonly code: MigrationErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Options that are wrong or contradict one another; every one of them is listed. */
export class ConfigurationError extends MigrationError {
  constructor(
    code: 'INVALID_OPTIONS' | 'INVALID_TABLE',
    readonly problems: readonly string[],
  ) {
    super(code, `Migrations are not configured correctly:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** The migrations directory, or files in it, cannot be used; every finding is listed. */
export class DirectoryError extends MigrationError {
  constructor(
    readonly directory: string,
    readonly problems: readonly string[],
    options?: { cause?: unknown },
  ) {
    super(
      'INVALID_DIRECTORY',
      `The migrations directory ${directory} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
      options,
    );
  }
}

/** One reason why nothing was run. */
export interface Refusal {
  readonly file: string;
  readonly reason: string;
  readonly line?: number;
  readonly column?: number;
}

/** Nothing was run, because of what the files or the history hold; every finding is listed. */
export class RefusedError extends MigrationError {
  constructor(readonly refusals: readonly Refusal[]) {
    super(
      'REFUSED',
      `Nothing was run:\n${refusals.map((refusal) => `  - ${place(refusal)}: ${refusal.reason}`).join('\n')}`,
    );
  }
}

function place({ file, line, column }: Refusal): string {
  return line === undefined ? file : `${file}:${line}:${column ?? 1}`;
}

/** The history table cannot be used as it is. It was left untouched. */
export class HistoryTableError extends MigrationError {
  constructor(
    readonly table: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super('HISTORY_TABLE', message, options);
  }
}

/** The database could not be reached, refused the connection, or went away. Never carries connection data. */
export class DatabaseConnectionError extends MigrationError {
  constructor(
    code: 'UNREACHABLE' | 'CONNECTION_REFUSED' | 'CONNECTION_LOST' | 'READ_ONLY',
    message: string,
    readonly sqlstate?: string,
    options?: { cause?: unknown },
  ) {
    super(code, message, options);
  }
}

/** Something is pending or failed, and the application is not to start like this (`onBootstrap: "validate"`). */
export class NotUpToDateError extends MigrationError {
  constructor(
    readonly pending: readonly string[],
    readonly failed: readonly string[],
    table: string,
  ) {
    super(
      'NOT_UP_TO_DATE',
      `The database is not up to date with this release (history in ${table}):\n` +
        [
          ...pending.map((file) => `  - ${file} is pending`),
          ...failed.map((file) => `  - ${file} failed or is running`),
        ].join('\n') +
        '\nRun "nest-migrations migrate" first, then start the application again.',
    );
  }
}

/** A run was asked to stop. What was under way was cancelled and rolled back, unless the message says otherwise; what was applied stays. */
export class InterruptedError extends MigrationError {
  constructor(
    /** What asked: `SIGTERM`, say. */
    readonly by: string,
    readonly applied: readonly string[],
    readonly pending: readonly string[],
    /** The connection's error, when the server could not be asked to stop. */
    lost?: unknown,
  ) {
    const sure = `what was under way was rolled back. Applied before: ${applied.join(', ') || 'none'}. Still pending: ${pending.join(', ') || 'see status'}.`;
    const unsure =
      'the server could not be asked to stop. It rolls back what is under way when it notices; what it has committed by then is in the history.';
    super('INTERRUPTED', `The run was interrupted by ${by}; ${lost === undefined ? sure : unsure}`, { cause: lost });
  }
}

/**
 * A run died inside a statement that commits by itself, and nothing tells whether it took effect. Nothing was run now.
 */
export class InDoubtError extends MigrationError {
  constructor(
    readonly file: string,
    readonly statement: string,
    table: string,
  ) {
    super(
      'IN_DOUBT',
      `${file}: the process that ran it died around the statement "${statement}", which commits by itself; whether it took effect cannot be told. ` +
        'Look at the database. If it took effect, finish the file by hand and record it with mark(). If it did not, let it run again: ' +
        `UPDATE ${table} SET running = false WHERE migration_file = '${file.replace(/'/g, "''")}'; and start again.`,
    );
  }
}

/** A migration was named that is not in the directory. */
export class UnknownMigrationError extends MigrationError {
  constructor(message: string) {
    super('UNKNOWN_MIGRATION', message);
  }
}

/** Another process held the migration lock for longer than this one was willing to wait. */
export class LockTimeoutError extends MigrationError {
  constructor(
    readonly waitedMs: number,
    readonly holder: LockHolder | undefined,
    table: string,
    /** Migrations that this run applied before it had to wait: possible without the lock alone. */
    readonly applied: readonly string[] = [],
  ) {
    super(
      'LOCK_TIMEOUT',
      `Waited ${Math.round(waitedMs / 100) / 10} s for the migration lock of ${table}, which ${describeHolder(holder)}. ` +
        `${applied.length === 0 ? 'Nothing was run here' : `Applied here before: ${applied.join(', ')}`}. ` +
        'When that process is healthy, wait for it and start again; when it is stuck, end its backend with pg_terminate_backend.',
    );
  }
}

/**
 * A migration released the migration lock (`pg_advisory_unlock_all()`, `DISCARD ALL`), and another process took it
 * before this one could again.
 */
export class LockLostError extends MigrationError {
  constructor(table: string) {
    super(
      'LOCK_LOST',
      `A migration released the migration lock of ${table} and another process has it now. What was applied is recorded; start again.`,
    );
  }
}

/** Who holds the migration lock, as far as this role may see. */
export interface LockHolder {
  readonly pid: number;
  readonly applicationName: string | null;
  /** When its connection was made. */
  readonly since: Date | null;
  /** The file that it runs at this moment; cut when the name is long. */
  readonly running: string | null;
  /** Backends that hold a lock which that file waits for. */
  readonly blockedBy: readonly number[];
}

function describeHolder(holder: LockHolder | undefined): string {
  if (!holder) return 'another process holds';
  const { pid, applicationName, since, running, blockedBy } = holder;
  const name = applicationName ? ` (${applicationName})` : '';
  const blocked = blockedBy.length > 0 ? `, which waits for a lock that backend ${blockedBy.join(', ')} holds` : '';
  return [
    `backend ${pid}${name} holds`,
    since ? `, connected since ${since.toISOString()}` : '',
    running ? `; it is running ${running}${blocked}` : '',
  ].join('');
}

/** What the server said about an error, without anything of the connection. */
export interface ServerErrorDetails {
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** The server's context: the functions it was in. */
  readonly where?: string;
  /** 1-based, in characters, from the start of the message that was sent. */
  readonly position?: number;
}

/** The server refused something other than a migration: a right that is missing, say. */
export class DatabaseError extends MigrationError {
  constructor(
    message: string,
    readonly server: ServerErrorDetails,
    options?: { cause?: unknown },
  ) {
    super('DATABASE_ERROR', `${message}: ${server.message} (SQLSTATE ${server.sqlstate})${extras(server)}`, options);
  }
}

/** `detail`, `hint` and context of a server error, one a line, each line indented. */
export function extras(server: ServerErrorDetails): string {
  const lines: string[] = [];
  if (server.detail) lines.push(`  detail: ${server.detail}`);
  if (server.hint) lines.push(`  hint: ${server.hint}`);
  if (server.where) lines.push(`  context: ${server.where}`);
  return lines.map((line) => `\n${line.replaceAll('\n', '\n    ')}`).join(''); // a context has a line for each function
}
