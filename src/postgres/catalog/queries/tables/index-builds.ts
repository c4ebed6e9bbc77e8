/**
 * Condition on a row `i` of `pg_index`: an index of its table is currently being built or rebuilt. Detected by the
 * builder's lock on the table: other roles cannot see which index it builds.
 */
export const IS_BEING_BUILT =
  'EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p JOIN pg_catalog.pg_locks l USING (pid) ' +
  "WHERE l.relation = i.indrelid AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted " +
  'AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))';
