import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { ServerFacts } from './server-facts.js';

/** Limits of a migration's statements. */
export interface StatementTimeouts {
  /** `statement_timeout`, in ms; 0 means no limit. */
  readonly statementTimeoutMs: number;
  /** `lock_timeout`, in ms; 0 means no limit. The application's queries queue behind a waiting statement. */
  readonly tableLockTimeoutMs: number;
  /** How often a migration is retried after that timeout. */
  readonly tableLockRetries: number;
}

/** Values of settings, by name. */
export type SettingValues = Readonly<Record<string, string>>;

const TRANSACTION_TIMEOUT_SINCE = 170_000;

/** Detects a client whose machine has gone within 30 s instead of hours. Platforms without support ignore it. */
export const PROBE_CLIENT: SettingValues = {
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '30s',
};

/** Without it, a server that is executing a statement does not notice that its client has died. */
const CHECK_CLIENT: SettingValues = { client_connection_check_interval: '2s' };

/** One statement that applies settings to the session. @param more additional pairs, as SQL. */
export function applySettings(values: SettingValues, more: readonly string[] = []): string {
  const pairs = Object.entries(values).map(([name, value]) => `(${quoteLiteral(name)}, ${quoteLiteral(value)})`);
  return (
    'SELECT pg_catalog.count(pg_catalog.set_config(name, value, false)) ' +
    `FROM (VALUES ${[...pairs, ...more].join(', ')}) AS settings (name, value)`
  );
}

/** Settings for a transaction that is kept open on purpose. */
export function pinnedSettings(serverVersion: number): string[] {
  const values = { idle_in_transaction_session_timeout: '0', ...noTransactionTimeout(serverVersion), ...PROBE_CLIENT };
  return Object.entries(values).map(([name, value]) => `SET LOCAL ${name} = ${quoteLiteral(value)}`);
}

/** Removes everything that a migration set in its session, except for prepared statements. `RESET ALL` keeps the role. */
export const CLEAN_ALL_BUT_PREPARED: readonly string[] = [
  'RESET SESSION AUTHORIZATION',
  'RESET ROLE',
  'RESET ALL',
  'DISCARD TEMP',
  'CLOSE ALL',
  'UNLISTEN *',
  'DISCARD SEQUENCES',
];

/** Removes everything that a migration set in its session. */
export const CLEAN: readonly string[] = [...CLEAN_ALL_BUT_PREPARED, 'DEALLOCATE ALL'];

/** Settings of the state that every migration starts from. */
export function initialSettings(
  { statementTimeoutMs, tableLockTimeoutMs }: StatementTimeouts,
  { version, checksClient }: Pick<ServerFacts, 'version' | 'checksClient'>,
): SettingValues {
  return {
    statement_timeout: String(statementTimeoutMs),
    lock_timeout: String(tableLockTimeoutMs),
    idle_in_transaction_session_timeout: '0',
    ...noTransactionTimeout(version),
    client_min_messages: 'notice',
    ...PROBE_CLIENT,
    ...(checksClient && CHECK_CLIENT),
  };
}

/** Brings a session into the state that every migration starts from, whatever a file or a pool set before. */
export function resetStatements(settings: SettingValues): string[] {
  return [...CLEAN, applySettings(settings)];
}

function noTransactionTimeout(serverVersion: number): SettingValues {
  return serverVersion >= TRANSACTION_TIMEOUT_SINCE ? { transaction_timeout: '0' } : {};
}
