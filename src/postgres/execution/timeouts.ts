import type { Program } from '../../core/compile/program.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';

/** Statements that set a file's own timeouts for its transaction. */
export function localTimeouts({ timeouts: { lockTimeout, statementTimeout } }: Program): string[] {
  return [
    ...(lockTimeout === undefined ? [] : [`SET LOCAL lock_timeout = ${quoteLiteral(lockTimeout)}`]),
    ...(statementTimeout === undefined ? [] : [`SET LOCAL statement_timeout = ${quoteLiteral(statementTimeout)}`]),
  ];
}

/**
 * Like {@link localTimeouts}, for the session of a non-transactional migration. By default without a lock timeout: most
 * of its statements run concurrently and block nobody while they wait, and a timeout would leave an invalid index.
 */
export function sessionTimeouts({ timeouts: { lockTimeout, statementTimeout } }: Program): string[] {
  return [
    `SET lock_timeout = ${quoteLiteral(lockTimeout ?? '0')}`,
    ...(statementTimeout === undefined ? [] : [`SET statement_timeout = ${quoteLiteral(statementTimeout)}`]),
  ];
}
