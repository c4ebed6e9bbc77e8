/** How long a statement of a migration may take, and how long it may wait for a lock on a table, in ms; 0 is without limit. */
export interface StatementTimeouts {
  readonly statementMs: number;
  readonly lockMs: number;
}

const TRANSACTION_TIMEOUT_SINCE = 170_000;

/**
 * The statements that give a session the state that every migration starts from: nothing of the file before it, nor of a pool's
 * own settings, is left. `RESET ALL` leaves the role alone, hence the length of the list.
 */
export function resetStatements(timeouts: StatementTimeouts, serverVersion: number): string[] {
  return [
    'RESET SESSION AUTHORIZATION',
    'RESET ROLE',
    'RESET ALL',
    'DISCARD TEMP',
    'DEALLOCATE ALL',
    'CLOSE ALL',
    'UNLISTEN *',
    'DISCARD SEQUENCES',
    `SET statement_timeout = ${timeouts.statementMs}`,
    `SET lock_timeout = ${timeouts.lockMs}`,
    'SET idle_in_transaction_session_timeout = 0',
    ...(serverVersion >= TRANSACTION_TIMEOUT_SINCE ? ['SET transaction_timeout = 0'] : []),
    'SET client_min_messages = notice',
  ];
}
