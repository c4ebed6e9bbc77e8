import { BACKEND_SQL } from './backend.js';
import type { PgConnection } from './pg-connection.js';
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
}

/** @throws MigrationError */
export async function readServerFacts(connection: PgConnection): Promise<ServerFacts> {
  const [row] = await connection
    .query(
      `SELECT pg_catalog.current_database() AS database, pg_catalog.current_setting('server_version_num') AS version,
              pg_catalog.pg_is_in_recovery() AS standby,
              pg_catalog.current_setting('default_transaction_read_only') AS read_only, pg_catalog.current_setting('application_name') AS application_name,
              pg_catalog.pg_backend_pid() AS pid, ${BACKEND_SQL} AS backend`,
    )
    .catch((error: unknown) => {
      throw queryError('reading facts about the server', error);
    });
  if (!row) throw new Error('the query for server facts returned no row');
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
  };
}
