import type { ClientBase } from 'pg';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { querySimply } from './script.js';

/** A backend that serves one client. */
export interface Backend {
  readonly name: string;
  /** What is so of `pg_stat_activity a` as long as it serves that client alone. */
  readonly condition: string;
}

const backends = new WeakMap<ClientBase, Backend>();

/** Names a backend by its process and its start, because a server that is started again soon has the same processes. */
const NAME = `a.pid || ' since ' || extract(epoch FROM a.backend_start)`;

/** SQL for the name of the backend that runs it. */
export const BACKEND_SQL = `(SELECT ${NAME} FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid())`;

/** Condition on `pg_stat_activity`. Other events of the type `Client` are about other servers. */
export const WAITS_FOR_CLIENT = `coalesce(wait_event IN ('ClientRead', 'ClientWrite'), false)`;

/** Notes which backend serves a client, and nobody else: behind a pooler only while a transaction is open. */
export function noteBackend(client: ClientBase, name: string, condition = 'true'): void {
  backends.set(client, { name, condition });
}

/** The backend that serves this client alone, as far as that is known. */
export function backendOf(client: ClientBase): Backend | undefined {
  return backends.get(client);
}

/**
 * Ends the backend of a client that is gone, when all it does is wait for that client. The network may never tell it,
 * and it would keep its locks for hours. Does nothing where that is not allowed.
 */
export async function endStranded(client: ClientBase, { name, condition }: Backend): Promise<void> {
  await querySimply(
    client,
    `SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
      WHERE ${NAME} = ${quoteLiteral(name)} AND (a.state LIKE 'idle%' OR ${WAITS_FOR_CLIENT}) AND ${condition}`,
  ).catch(() => {});
}
