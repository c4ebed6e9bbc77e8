import type { Task } from '../../core/compile/task.js';
import type { NonTransactionalProgram, TransactionalProgram } from '../../core/compile/program.js';
import { storableMessage } from '../../core/compile/source-text.js';
import type { ServerErrorDetails } from '../../core/errors/database-errors.js';
import { finding } from '../../core/errors/finding.js';
import { isTransient, SQLSTATE } from '../../core/errors/sqlstate.js';
import { maskSecrets } from '../../core/sql/text/secrets.js';
import type { Migration } from '../../core/migration/migration.js';
import type { ExecutionListener, ExecutionSettings, Outcome } from '../../core/ports/ports.js';
import { secretsOf, type Target } from '../../core/target/target.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { SettingValues, StatementTimeouts } from '../connection/reset.js';
import { asScript } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import type { RunRecords } from '../history/statements.js';
import type { TargetLock } from '../lock/target-lock.js';
import type { TurnSettings } from '../lock/turn.js';
import type { NoticeCollector } from './notices.js';

/** A task whose program is transactional. */
export type TransactionalTask = Task & { readonly program: TransactionalProgram };
/** A task whose program is non-transactional. */
export type NonTransactionalTask = Task & { readonly program: NonTransactionalProgram };

/** Everything that executing a migration needs. */
export interface ExecutionContext {
  readonly connection: PgConnection;
  readonly target: Target;
  readonly records: RunRecords;
  readonly settings: ExecutionSettings;
  readonly listener: ExecutionListener;
  readonly notices: NoticeCollector;
  readonly timeouts: StatementTimeouts;
  readonly lock: Pick<TargetLock, 'checkSql' | 'exclusive' | 'assertHeld' | 'retake' | 'turn'>;
  /** Undefined if non-transactional migrations do not wait for each other. */
  readonly turns: TurnSettings | undefined;
  /** True behind a transaction-mode pooler: session settings leak to other clients, and do not last. */
  readonly pooled: boolean;
  /** False when details of server errors, which may hold rows, must not be shown or stored. */
  readonly showRowData: boolean;
  /** Settings of the state that every migration starts from. */
  readonly initialSettings: SettingValues;
  /** Statements that bring the session into the state that every migration starts from. */
  readonly reset: readonly string[];
  /** The initial `application_name` of the session. */
  readonly applicationName: string;
  /** Random prefix of our own messages among the server's notices. */
  readonly marker: string;
}

/** What decides which parts of an error may be shown. */
type Redaction = Pick<ExecutionContext, 'showRowData' | 'target'>;

/** Sends a record that must succeed. @throws MigrationError */
export async function record(context: ExecutionContext, doing: string, statements: readonly string[]): Promise<void> {
  const error = await tryRecord(context, statements);
  if (error) throw queryError(doing, redactedError(context, error));
}

/** Sends a record. @returns the error, or undefined on success. */
export async function tryRecord(context: ExecutionContext, statements: readonly string[]): Promise<unknown> {
  const { connection } = context;
  const script = asScript(statements);
  const { error } = await connection.record(script);
  // A late cancel request, meant for the migration's statement, may hit this one.
  if (!isCancelled(context, error)) return error;
  await connection.record('ROLLBACK');
  return (await connection.record(script)).error;
}

/** Takes the lock again if the server says that the session no longer holds it. */
export async function retakeIfReleased({ connection, lock }: ExecutionContext): Promise<void> {
  if (lock.checkSql && (await connection.run(lock.checkSql)).lastValue === 'f') await lock.retake();
}

/** Warns that details of the run could not be recorded. Nothing depends on them. */
export function warnOfDetails(context: ExecutionContext, error: unknown): void {
  const detail = (redactedError(context, error) as Error).message;
  context.listener.warning(finding('DETAILS_NOT_RECORDED', { subject: `Run ${context.settings.runId}`, detail }));
}

function isCancelled(context: ExecutionContext, error: unknown): boolean {
  const server = serverErrorOf(error);
  return server !== undefined && wasInterrupted(context, server);
}

/**
 * The server's error, redacted.
 *
 * @throws MigrationError if the error did not come from the server, or has ended the session.
 */
export function requireServerError(context: Redaction, error: unknown, doing: string): ServerErrorDetails {
  const server = serverErrorOf(error);
  // A FATAL error ends the session: an administrator shutdown, or a timeout of an idle transaction.
  const fatal = (error as { severity?: string }).severity === 'FATAL';
  if (server === undefined || fatal) throw queryError(doing, redactedError(context, error));
  return redact(context, server);
}

/** An error with only what may be shown: in place of a server error, one with the same `code` and `severity`. */
export function redactedError(context: Redaction, error: unknown): unknown {
  const server = serverErrorOf(error);
  if (server === undefined) return error;
  const { sqlstate: code, message, detail, hint } = redact(context, server);
  const { severity } = error as { severity?: string };
  return Object.assign(new Error(message), { code, severity, ...(detail && { detail }), ...(hint && { hint }) });
}

/** Masks secrets in a server error, which may quote what was sent, and removes rows if the options say so. */
export function redact(
  { showRowData, target }: Redaction,
  { message, detail, hint, where, ...rest }: ServerErrorDetails,
): ServerErrorDetails {
  const mask = (text: string): string => maskSecrets(text, secretsOf(target));
  return {
    ...rest,
    message: mask(message),
    ...(detail && showRowData && { detail: mask(detail) }),
    ...(hint && { hint: mask(hint) }),
    ...(where && showRowData && { where: mask(where) }),
  };
}

/** The outcome if another process has the row, or may get it. Without the lock only this prevents a second run. */
export function claimConflict(
  { lock }: ExecutionContext,
  { file }: Migration,
  server: ServerErrorDetails,
): Outcome | undefined {
  if (server.sqlstate === SQLSTATE.uniqueViolation) return { kind: 'conflict', file, undecided: false };
  return isTransient(server) && !lock.exclusive ? { kind: 'conflict', file, undecided: true } : undefined;
}

/** True once the run has been asked to stop. */
export function isInterrupted({ settings }: ExecutionContext): boolean {
  return settings.signal?.aborted === true;
}

/** True if a statement was cancelled by the interruption of the run, and not by a timeout or an administrator. */
export function wasInterrupted(context: ExecutionContext, { sqlstate }: ServerErrorDetails): boolean {
  return isInterrupted(context) && sqlstate === SQLSTATE.queryCanceled;
}

/** The `error_message` for a failed migration. */
export function recordedError({ message, sqlstate }: ServerErrorDetails, { program }: Task): string {
  return `${storableMessage(program.source, message)} (SQLSTATE ${sqlstate})`;
}
