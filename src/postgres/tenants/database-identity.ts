/**
 * Selects what identifies a database behind any host name or pooler: column `identity`. The system identifier is left out:
 * copies of a server share it, and they start at different times.
 */
export const DATABASE_IDENTITY_SQL =
  "SELECT extract(epoch FROM pg_catalog.pg_postmaster_start_time()) || ' ' || " +
  '(SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AS identity';
