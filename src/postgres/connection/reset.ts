/** Limits of a migration's statements, in ms; 0 is without limit. */
export interface StatementTimeouts {
  readonly statementMs: number;
  /** How long a statement may wait for a lock on a table, with all queries of the application queueing behind it. */
  readonly lockMs: number;
  /** How often a migration that could not have its locks in that time is tried again. */
  readonly lockRetries: number;
}

const TRANSACTION_TIMEOUT_SINCE = 170_000;

const CONNECTION_CHECK_SINCE = 140_000;

/**
 * A server in the middle of a statement does not notice that its client died, and keeps the lock, unless it looks. Not
 * every platform can.
 */
const CHECK_CONNECTION =
  "DO $$ BEGIN PERFORM pg_catalog.set_config('client_connection_check_interval', '2s', false); EXCEPTION WHEN OTHERS THEN NULL; END $$";

/**
 * A client whose whole machine went away says nothing: the server finds out within half a minute, where its system's own
 * settings let it take hours. Platforms that cannot do it ignore it.
 */
export const PROBE_CLIENT: readonly string[] = [
  'SET tcp_keepalives_idle = 10',
  'SET tcp_keepalives_interval = 5',
  'SET tcp_keepalives_count = 3',
  "SET tcp_user_timeout = '30s'",
];

/** Settings of a transaction that stays open on purpose. */
export function pinnedSettings(serverVersion: number): string[] {
  return [
    'SET LOCAL idle_in_transaction_session_timeout = 0',
    ...(serverVersion >= TRANSACTION_TIMEOUT_SINCE ? ['SET LOCAL transaction_timeout = 0'] : []),
    ...PROBE_CLIENT.map((statement) => statement.replace('SET', 'SET LOCAL')),
  ];
}

/**
 * The statements that leave nothing of a migration in its session: behind a pooler the next one to use it is a
 * stranger. `RESET ALL` leaves the role alone.
 */
export const CLEAN: readonly string[] = [
  'RESET SESSION AUTHORIZATION',
  'RESET ROLE',
  'RESET ALL',
  'DISCARD TEMP',
  'DEALLOCATE ALL',
  'CLOSE ALL',
  'UNLISTEN *',
  'DISCARD SEQUENCES',
];

/**
 * The statements that give a session the state that every migration starts from: nothing of the file before it, nor of
 * a pool's own settings, is left.
 */
export function resetStatements(timeouts: StatementTimeouts, serverVersion: number): string[] {
  return [
    ...CLEAN,
    `SET statement_timeout = ${timeouts.statementMs}`,
    `SET lock_timeout = ${timeouts.lockMs}`,
    'SET idle_in_transaction_session_timeout = 0',
    ...(serverVersion >= TRANSACTION_TIMEOUT_SINCE ? ['SET transaction_timeout = 0'] : []),
    'SET client_min_messages = notice',
    ...PROBE_CLIENT,
    ...(serverVersion >= CONNECTION_CHECK_SINCE ? [CHECK_CONNECTION] : []),
  ];
}
