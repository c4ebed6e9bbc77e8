-- The daily register asks for one tenant's marks of one day, and by now reads
-- the whole of shared.attendance to find them.
--
-- Built CONCURRENTLY, so that teachers can go on marking meanwhile. PostgreSQL
-- refuses that inside a transaction: unlike every other file here, this one has
-- to run outside one, each statement by itself.
--
-- If the build is interrupted it leaves an index marked INVALID; IF NOT EXISTS
-- would then pass over it. So drop that first, and run the file again:
--
--   DROP INDEX CONCURRENTLY IF EXISTS shared.attendance_tenant_id_day_idx;
--
-- To see whether it is whole:
--
--   SELECT i.indisvalid FROM pg_catalog.pg_index AS i
--   WHERE i.indexrelid = 'shared.attendance_tenant_id_day_idx'::regclass;

CREATE INDEX CONCURRENTLY IF NOT EXISTS attendance_tenant_id_day_idx
  ON shared.attendance (tenant_id, day)
  INCLUDE (enrolment_id, code);

COMMENT ON INDEX shared.attendance_tenant_id_day_idx IS
  'For the daily register; it''s read straight from the index.';
