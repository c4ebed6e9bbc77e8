-- Attendance: one mark per student, section and day.

CREATE TABLE IF NOT EXISTS shared.attendance_codes (
  code     text PRIMARY KEY CHECK (code ~ '^[A-Z]$'),
  label    text NOT NULL,
  present  boolean NOT NULL,
  excused  boolean NOT NULL DEFAULT false
);

INSERT INTO shared.attendance_codes (code, label, present, excused)
VALUES
  ('P', 'Present', true, false),
  ('L', 'Late; arrived before the register closed', true, false),
  ('A', 'Absent', false, false),
  ('I', 'Ill', false, true),
  ('E', 'Excused (family''s written note)', false, true)
ON CONFLICT (code) DO NOTHING;

CREATE TABLE IF NOT EXISTS shared.attendance (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  day          date NOT NULL,
  code         text NOT NULL DEFAULT 'P' REFERENCES shared.attendance_codes (code),
  minutes_late smallint CHECK (minutes_late > 0),
  note         text,
  marked_by    uuid REFERENCES shared.users (id) ON DELETE SET NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT attendance_enrolment_fkey FOREIGN KEY (tenant_id, enrolment_id)
    REFERENCES shared.enrolments (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT attendance_enrolment_id_day_key UNIQUE (enrolment_id, day),
  CONSTRAINT attendance_late_code_check CHECK (minutes_late IS NULL OR code = 'L')
);

COMMENT ON COLUMN shared.attendance.note IS
  'Free text, as typed;
may run over several lines.';

DROP TRIGGER IF EXISTS attendance_set_updated_at ON shared.attendance;
CREATE TRIGGER attendance_set_updated_at
  BEFORE UPDATE ON shared.attendance
  FOR EACH ROW EXECUTE FUNCTION shared.set_updated_at();

-- A mark must fall within the section's term.
CREATE OR REPLACE FUNCTION shared.check_attendance_day()
RETURNS trigger
LANGUAGE plpgsql
AS $body$
BEGIN
  IF NOT EXISTS (
    SELECT 1
    FROM shared.enrolments AS e
    JOIN shared.course_sections AS s ON s.id = e.section_id
    JOIN shared.terms AS t ON t.id = s.term_id
    WHERE e.id = NEW.enrolment_id
      AND NEW.day BETWEEN t.starts_on AND t.ends_on
  ) THEN
    RAISE EXCEPTION 'no lesson on %; the day isn''t within the term', NEW.day
      USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_day_check';
  END IF;

  RETURN NEW;
END;
$body$;

DROP TRIGGER IF EXISTS attendance_check_day ON shared.attendance;
CREATE TRIGGER attendance_check_day
  BEFORE INSERT OR UPDATE OF day, enrolment_id ON shared.attendance
  FOR EACH ROW EXECUTE FUNCTION shared.check_attendance_day();
