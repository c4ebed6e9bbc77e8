/** Limits of a migration's statements. */
export interface StatementTimeouts {
  /** `statement_timeout`, in ms; 0 means no limit. */
  readonly statementTimeoutMs: number;
  /** `lock_timeout`, in ms; 0 means no limit. The application's queries queue behind a waiting statement. */
  readonly tableLockTimeoutMs: number;
  /** How often a migration is retried after that timeout. */
  readonly tableLockRetries: number;
}

const TRANSACTION_TIMEOUT_SINCE = 170_000;
const CONNECTION_CHECK_SINCE = 140_000;

/** Without it a server in the middle of a statement does not notice a dead client. Some platforms do not support it. */
const CHECK_CONNECTION =
  "DO $$ BEGIN PERFORM pg_catalog.set_config('client_connection_check_interval', '2s', false); EXCEPTION WHEN OTHERS THEN NULL; END $$";

/** Detects a client whose machine has gone within 30 s instead of hours. Platforms without support ignore it. */
export const PROBE_CLIENT: readonly string[] = [
  'SET tcp_keepalives_idle = 10',
  'SET tcp_keepalives_interval = 5',
  'SET tcp_keepalives_count = 3',
  "SET tcp_user_timeout = '30s'",
];

/** Settings for a transaction that is kept open on purpose. */
export function pinnedSettings(serverVersion: number): string[] {
  return [
    'SET LOCAL idle_in_transaction_session_timeout = 0',
    ...(serverVersion >= TRANSACTION_TIMEOUT_SINCE ? ['SET LOCAL transaction_timeout = 0'] : []),
    ...PROBE_CLIENT.map((statement) => statement.replace('SET', 'SET LOCAL')),
  ];
}

/** Removes everything that a migration set in its session. `RESET ALL` does not reset the role. */
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

/** Brings a session into the state that every migration starts from, whatever a file or a pool set before. */
export function resetStatements(timeouts: StatementTimeouts, serverVersion: number): string[] {
  return [
    ...CLEAN,
    `SET statement_timeout = ${timeouts.statementTimeoutMs}`,
    `SET lock_timeout = ${timeouts.tableLockTimeoutMs}`,
    'SET idle_in_transaction_session_timeout = 0',
    ...(serverVersion >= TRANSACTION_TIMEOUT_SINCE ? ['SET transaction_timeout = 0'] : []),
    'SET client_min_messages = notice',
    ...PROBE_CLIENT,
    ...(serverVersion >= CONNECTION_CHECK_SINCE ? [CHECK_CONNECTION] : []),
  ];
}
