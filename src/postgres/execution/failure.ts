import type { Task } from '../../core/compile/task.js';
import { locateInFile } from '../../core/compile/source-text.js';
import type { ServerErrorDetails } from '../../core/errors/database-errors.js';
import type { Aftermath, ExceededLimit, InTransaction } from '../../core/errors/migration-failed.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import { duration, messageOfAny } from '../../core/errors/wording.js';
import type { Outcome } from '../../core/ports/ports.js';
import { serverErrorOf } from '../connection/server-error.js';
import { isInterrupted, redact, redactedError, type ExecutionContext } from './execution-context.js';

/** What is known about a failure. */
interface Failure {
  readonly server: ServerErrorDetails;
  /** UTF-16 offset in the source, if known. */
  readonly offset: number | undefined;
  readonly aftermath: Aftermath;
  /** The driver's error. */
  readonly cause: unknown;
  /** Why the failure could not be recorded, if it could not. */
  readonly recordError?: unknown;
  /** Why the statement ran in a transaction, if that is why it failed. */
  readonly inTransaction?: InTransaction | undefined;
  /** Invalid indexes left behind, as `schema.name`. */
  readonly invalidIndexes?: readonly string[];
}

/** The outcome of a failed migration. Its own error comes first, even if recording it failed too. */
export function failed(context: ExecutionContext, { program }: Task, failure: Failure): Outcome {
  const { migration, source } = program;
  const { server, offset, aftermath, cause, recordError, inTransaction, invalidIndexes } = failure;
  return {
    kind: 'failed',
    failure: {
      file: migration.file,
      server,
      location: offset === undefined ? undefined : locateInFile(migration, source, offset),
      aftermath,
      limit: limitOf(context, program, server),
      ...(inTransaction && { inTransaction }),
      ...(invalidIndexes && { invalidIndexes }),
      ...(recordError !== undefined && { unrecorded: unrecorded(context, recordError) }),
    },
    cause: redactedError(context, cause),
  };
}

function unrecorded(context: ExecutionContext, error: unknown): ServerErrorDetails {
  const server = serverErrorOf(error);
  return server ? redact(context, server) : { sqlstate: SQLSTATE.connectionFailure, message: messageOfAny(error) };
}

/** The timeout that cancelled a statement. Undefined if the file's own SQL may have set another one. */
function limitOf(
  context: ExecutionContext,
  { timeouts: own, source }: Task['program'],
  { sqlstate }: ServerErrorDetails,
): ExceededLimit | undefined {
  const limit = (
    setting: string,
    inHeader: string | undefined,
    ms: number,
    option: string,
  ): ExceededLimit | undefined => {
    if (new RegExp(`\\b${setting}\\b`, 'i').test(source.sql)) return undefined;
    if (inHeader !== undefined) return { setting, value: inHeader, source: 'the comment at the top of the file' };
    return ms === 0 ? undefined : { setting, value: duration(ms), source: `the option "${option}"` };
  };
  if (sqlstate === SQLSTATE.lockNotAvailable)
    return limit('lock_timeout', own.lockTimeout, context.timeouts.tableLockTimeoutMs, 'timeouts.tableLock');
  if (sqlstate === SQLSTATE.queryCanceled && !isInterrupted(context))
    return limit('statement_timeout', own.statementTimeout, context.timeouts.statementTimeoutMs, 'timeouts.statement');
  return undefined;
}
