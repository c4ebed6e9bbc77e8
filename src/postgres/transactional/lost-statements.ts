import type { ServerErrorDetails } from '../../core/errors/database-errors.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import { serverErrorOf } from '../connection/server-error.js';
import type { TransactionalTask } from '../execution/execution-context.js';
import type { Message, Place } from '../execution/message.js';
import { LOST_CLAIM } from '../history/claims.js';

/** The error of a completion whose claim is gone. */
export const LOST_CLAIM_ERROR: ServerErrorDetails = { sqlstate: SQLSTATE.lostClaim, message: LOST_CLAIM };

/** A completion without its claim fails at a cast of the marker. Its place is unknown if the file hid a statement. */
export function isLostClaim(error: unknown, marker: string): boolean {
  const server = serverErrorOf(error);
  return server?.sqlstate === SQLSTATE.invalidTextRepresentation && server.message.includes(marker);
}

const CANNOT_EXECUTE: readonly string[] = [SQLSTATE.invalidStatementName, SQLSTATE.featureNotSupported];

/**
 * The migration to run again without prepared statements, if one of ours failed: it was dropped, or no longer fits the
 * history table because a file changed it.
 */
export function firstUnprepared(
  { parts }: Message,
  { part }: Place,
  { sqlstate }: ServerErrorDetails,
): TransactionalTask | undefined {
  const isOurs = part.kind === 'reset' || part.kind === 'claim' || part.kind === 'complete';
  if (!isOurs || !CANNOT_EXECUTE.includes(sqlstate)) return undefined;
  return part.task ?? parts.slice(parts.indexOf(part)).find(({ task }) => task)?.task;
}
