import type { ClientBase } from 'pg';
import type { RunListener, RunOutcome, RunSettings } from '../../core/ports/ports.js';
import type { ServerErrorDetails } from '../../core/errors/errors.js';
import type { MigrationFile } from '../../core/migration/migration-file.js';
import type { Program } from '../../core/compile/program.js';
import { locateInFile, storableMessage } from '../../core/compile/source-text.js';
import type { SourceLocation } from '../../core/sql/text/position.js';
import type { TableName } from '../../core/target/table.js';
import type { Aftermath } from '../../core/errors/migration-failed.js';
import type { ActingRole } from '../connection/acting-role.js';
import type { NoticeCollector } from './notices.js';
import type { StatementTimeouts } from '../connection/reset.js';
import { isPassing } from '../connection/passing.js';
import { asScript, runBookkeeping } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';

/** What running a migration needs. */
export interface RunContext {
  readonly client: ClientBase;
  readonly table: TableName;
  readonly settings: RunSettings;
  readonly listener: RunListener;
  readonly notices: NoticeCollector;
  readonly timeouts: StatementTimeouts;
  /** True behind a pooler: what is set for a session reaches strangers, and does not last. */
  readonly pooled: boolean;
  /** Another role than the one that logs in, for everything that a migration and its record do. */
  readonly role: ActingRole;
  /** Statements that give the session the state every migration starts from. */
  readonly reset: readonly string[];
  /** The `application_name` that the session has by itself. */
  readonly ownName: string;
  /** Begins our own messages among the server's notices. */
  readonly marker: string;
  /** SQL that tells whether this session still holds the migration lock; undefined when it never took it. */
  readonly lockCheck: string | undefined;
  /** False without a lock: then others may be at the same migration. */
  readonly exclusive: boolean;
  /** @throws DatabaseConnectionError when another connection holds the lock and is gone. */
  assertLocked(): Promise<void>;
  /** Takes the lock again after a migration dropped it. @throws when another has it by now. */
  retakeLock(): Promise<void>;
}

/** Sends a script that must succeed. @throws MigrationError */
export async function must(context: RunContext, doing: string, statements: readonly string[]): Promise<void> {
  const { client } = context;
  let { error } = await runBookkeeping(client, asScript(statements));
  // A request to cancel the migration's own statement may come late, and meet this one.
  if (isCancelled(context, error)) {
    await runBookkeeping(client, 'ROLLBACK');
    ({ error } = await runBookkeeping(client, asScript(statements)));
  }
  if (error) throw queryError(doing, error);
}

function isCancelled(context: RunContext, error: unknown): boolean {
  const server = serverErrorOf(error);
  return server !== undefined && wasInterrupted(context, server);
}

/**
 * What the server said, for an error on a live connection. @throws DatabaseConnectionError when the connection is gone.
 */
export function serverSaid(error: unknown, doing: string): ServerErrorDetails {
  const server = serverErrorOf(error);
  // A FATAL error is the last thing that a session hears: administrator shutdown, a timeout on an idle transaction.
  const fatal = (error as { severity?: string }).severity === 'FATAL';
  if (server === undefined || fatal) throw queryError(doing, error);
  return server;
}

export function failed(
  { migration, source }: Pick<Program, 'migration' | 'source'>,
  server: ServerErrorDetails,
  offset: number | undefined,
  aftermath: Aftermath,
  cause: unknown,
): RunOutcome {
  const location: SourceLocation | undefined =
    offset === undefined ? undefined : locateInFile(migration, source, offset);
  return { kind: 'failed', failure: { file: migration.file, server, location, aftermath }, cause };
}

const UNIQUE_VIOLATION = '23505';

/**
 * What becomes of a claim when somebody else has the row, or without the lock is about to have it: that is what keeps a
 * migration from running twice then.
 */
export function claimConflict(
  { exclusive }: RunContext,
  { file }: MigrationFile,
  server: ServerErrorDetails,
): RunOutcome | undefined {
  if (server.sqlstate === UNIQUE_VIOLATION) return { kind: 'conflict', file, undecided: false };
  return isPassing(server) && !exclusive ? { kind: 'conflict', file, undecided: true } : undefined;
}

const QUERY_CANCELED = '57014';

/** True when a statement was cancelled because the run was given up, and not by a timeout or by somebody else. */
export function wasInterrupted({ settings }: RunContext, { sqlstate }: ServerErrorDetails): boolean {
  return settings.signal?.aborted === true && sqlstate === QUERY_CANCELED;
}

/** The text for the row of a failed migration. */
export function recordedError({ message, sqlstate }: ServerErrorDetails, { source }: Pick<Program, 'source'>): string {
  return `${storableMessage(source, message)} (SQLSTATE ${sqlstate})`;
}
