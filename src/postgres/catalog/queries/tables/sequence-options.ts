/** The options of the sequence `q` (`pg_sequence`), without those that its type and direction imply. */
export const SEQUENCE_OPTIONS =
  "concat_ws(' ', CASE WHEN q.seqtypid <> 'pg_catalog.int8'::pg_catalog.regtype THEN 'AS ' || format_type(q.seqtypid, NULL) END, " +
  "'START ' || q.seqstart, 'INCREMENT ' || q.seqincrement, 'MINVALUE ' || q.seqmin, 'MAXVALUE ' || q.seqmax, 'CACHE ' || q.seqcache, " +
  "CASE WHEN q.seqcycle THEN 'CYCLE' END)";
