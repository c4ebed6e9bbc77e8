import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { Backend, PgConnection } from './pg-connection.js';

/** Identifies a backend by process ID and start time, because a restarted server reuses process IDs. */
const NAME = `pg_catalog.concat(a.pid, ' since ', extract(epoch FROM a.backend_start))`;

/** SQL for the name of the backend that runs it. The view `pg_stat_activity` would cost several times as much. */
export const BACKEND_SQL = `(SELECT ${NAME} FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a)`;

/** Condition on `pg_stat_activity`. Other `Client` wait events are about other servers. */
export const WAITS_FOR_CLIENT = `coalesce(wait_event IN ('ClientRead', 'ClientWrite'), false)`;

/**
 * Terminates the backend of a lost client if it is only waiting for that client. The network may never report the loss,
 * and the backend would keep its locks for hours. Does nothing if the role may not terminate it.
 */
export async function endStranded(connection: PgConnection, { name, condition }: Backend): Promise<void> {
  await connection.run(
    `SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
      WHERE ${NAME} = ${quoteLiteral(name)} AND (a.state LIKE 'idle%' OR ${WAITS_FOR_CLIENT}) AND ${condition}`,
  );
}
