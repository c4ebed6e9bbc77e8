import { BACKEND_SQL } from './backend.js';
import type { PgConnection } from './pg-connection.js';
import { asScript } from './script.js';
import { queryError } from './server-error.js';

/** What a session must know about the server before it writes. */
export interface ServerFacts {
  readonly database: string;
  /** `server_version_num`: 150004 is 15.4. */
  readonly version: number;
  /** True on a read-only standby. */
  readonly standby: boolean;
  /** Whether `default_transaction_read_only` is on for this connection. */
  readonly readOnly: boolean;
  /** The initial `application_name` of the connection. */
  readonly applicationName: string;
  /** True behind a pooler: the backend that answers does not have the process ID that was sent on connecting. */
  readonly pooled: boolean;
  /** True if the server can check during a statement whether its client is still there: from version 14, on most systems. */
  readonly checksClient: boolean;
}

const FACTS = `SELECT pg_catalog.current_database() AS database, pg_catalog.current_setting('server_version_num') AS version,
  pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('default_transaction_read_only') AS read_only,
  pg_catalog.current_setting('application_name') AS application_name, pg_catalog.pg_backend_pid() AS pid, ${BACKEND_SQL} AS backend`;

/** Fails where the operating system cannot do it. It ends with its message, so nothing stays in a pooled session. */
const CHECK_CLIENT = `SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::integer >= 140000
    AND pg_catalog.version() ~ 'linux|darwin|bsd'
  THEN pg_catalog.set_config('client_connection_check_interval', '2s', true) END AS interval`;

/** @throws MigrationError */
export async function readServerFacts(connection: PgConnection): Promise<ServerFacts> {
  const { results, error } = await connection.queryAll(asScript([FACTS, CHECK_CLIENT]));
  const [[row] = [], [check] = []] = results;
  if (!row) throw queryError('reading facts about the server', error ?? new Error('the query returned no row'));
  const pooled = Number(row['pid']) !== connection.processId;
  const { backend } = row;
  if (!pooled && backend) connection.backend = { name: backend, condition: 'true' };
  return {
    database: row['database'] ?? '',
    version: Number(row['version']),
    standby: row['standby'] === 't',
    readOnly: row['read_only'] === 'on',
    applicationName: row['application_name'] ?? '',
    pooled,
    checksClient: check?.['interval'] != null,
  };
}
