/**
 * Selects what identifies a database behind any host name or pooler: the columns `server` and `database`, and the `pid` of
 * the backend that answers. The system identifier is left out: copies of a server share it, and they start at different times.
 */
export const DATABASE_IDENTITY_SQL =
  'SELECT extract(epoch FROM pg_catalog.pg_postmaster_start_time())::text AS server, pg_catalog.pg_backend_pid() AS pid, ' +
  '(SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())::text AS database';
