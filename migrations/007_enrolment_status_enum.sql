-- enrolments.status: from text with a CHECK to an enum, with two changes:
-- 'dropped' is now called 'withdrawn'; 'waitlisted' is new.

DO $$
BEGIN
  CREATE TYPE shared.enrolment_status AS ENUM (
    'pending',
    'waitlisted',
    'active',
    'completed',
    'withdrawn'
  );
EXCEPTION
  WHEN duplicate_object THEN
    NULL;  -- made by an earlier run; nothing to do
END
$$;

COMMENT ON TYPE shared.enrolment_status IS
  'In the order of a student''s way through a course; compare with < and >.';

-- The default, the CHECK and the partial index speak of text; they go first.
DO $body$
BEGIN
  IF (
    SELECT a.atttypid
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = 'shared.enrolments'::regclass
      AND a.attname = 'status'
      AND NOT a.attisdropped
  ) = 'pg_catalog.text'::regtype THEN
    DROP INDEX IF EXISTS shared.enrolments_active_idx;

    ALTER TABLE shared.enrolments
      DROP CONSTRAINT IF EXISTS enrolments_status_check,
      ALTER COLUMN status DROP DEFAULT,
      ALTER COLUMN status TYPE shared.enrolment_status
        USING (
          CASE status WHEN 'dropped' THEN 'withdrawn' ELSE status END
        )::shared.enrolment_status,
      ALTER COLUMN status SET DEFAULT 'pending';
  END IF;
END
$body$;

CREATE INDEX IF NOT EXISTS enrolments_active_idx
  ON shared.enrolments (section_id)
  WHERE status = 'active'::shared.enrolment_status;

-- A finished course stays finished; to repeat it is a new enrolment elsewhere.
CREATE OR REPLACE FUNCTION shared.check_enrolment_status()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF OLD.status = 'completed' AND NEW.status <> 'completed' THEN
    RAISE EXCEPTION 'enrolment % is completed; its status can''t go back to "%"',
      OLD.id, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'enrolments_status_order_check';
  END IF;

  RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS enrolments_check_status ON shared.enrolments;
CREATE TRIGGER enrolments_check_status
  BEFORE UPDATE OF status ON shared.enrolments
  FOR EACH ROW EXECUTE FUNCTION shared.check_enrolment_status();
