import type { ClientBase } from 'pg';
import { BACKEND_SQL, noteBackend } from './backend.js';
import { querySimply } from './script.js';
import { queryError } from './server-error.js';

/** What a session must know of its server before it writes. */
export interface ServerFacts {
  readonly database: string;
  /** `server_version_num`: 150004 is 15.4. */
  readonly version: number;
  readonly standby: boolean;
  /** The `application_name` that the connection came with. */
  readonly ownName: string;
  /**
   * True when something between here and the server hands out server connections: what answers is not what was
   * connected to.
   */
  readonly pooled: boolean;
}

export async function readServerFacts(client: ClientBase): Promise<ServerFacts> {
  const [row] = await querySimply<Omit<ServerFacts, 'pooled'> & { pid: number; backend: string | null }>(
    client,
    `SELECT pg_catalog.current_database() AS database, pg_catalog.current_setting('server_version_num')::integer AS version,
            pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('application_name') AS "ownName",
            pg_catalog.pg_backend_pid() AS pid, ${BACKEND_SQL} AS backend`,
  ).catch((error: unknown) => {
    throw queryError('looking at the server', error);
  });
  if (!row) throw new Error('the server gave no facts');
  const { pid, backend, ...facts } = row;
  const pooled = pid !== (client as unknown as { processID: number }).processID;
  if (!pooled && backend !== null) noteBackend(client, backend);
  return { ...facts, pooled };
}
