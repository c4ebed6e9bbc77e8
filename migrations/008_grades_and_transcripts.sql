-- Marks, the transcript of a student, and a summary per section.

CREATE TABLE IF NOT EXISTS shared.grade_bands (
  letter      text PRIMARY KEY,
  min_percent numeric(5, 2) NOT NULL UNIQUE CHECK (min_percent BETWEEN 0 AND 100),
  points      numeric(3, 2) NOT NULL CHECK (points >= 0),
  remark      text NOT NULL DEFAULT ''
);

CREATE TABLE IF NOT EXISTS shared.grades (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id    uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  percent      numeric(5, 2) NOT NULL CHECK (percent BETWEEN 0 AND 100),
  graded_by    uuid REFERENCES shared.users (id) ON DELETE SET NULL,
  comment      text,
  released_at  timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT grades_enrolment_fkey FOREIGN KEY (tenant_id, enrolment_id)
    REFERENCES shared.enrolments (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT grades_enrolment_id_key UNIQUE (enrolment_id)
);

COMMENT ON COLUMN shared.grades.released_at IS
  'Students and guardians see a mark from here on; until then it''s a draft.';

DROP TRIGGER IF EXISTS grades_set_updated_at ON shared.grades;
CREATE TRIGGER grades_set_updated_at
  BEFORE UPDATE ON shared.grades
  FOR EACH ROW EXECUTE FUNCTION shared.set_updated_at();

CREATE OR REPLACE FUNCTION shared.grade_letter(percent numeric)
RETURNS text
LANGUAGE sql
STABLE
AS $body$
  SELECT b.letter
  FROM shared.grade_bands AS b
  WHERE b.min_percent <= $1
  ORDER BY b.min_percent DESC
  LIMIT 1;
$body$;

CREATE OR REPLACE VIEW shared.transcripts AS
SELECT
  e.tenant_id,
  e.student_id,
  u.full_name AS student_name,
  t.name AS term,
  c.code AS course_code,
  c.title AS course_title,
  g.percent,
  shared.grade_letter(g.percent) AS letter,
  CASE WHEN e.status = 'completed' THEN c.credits ELSE 0 END AS credits_earned
FROM shared.enrolments AS e
JOIN shared.users AS u ON u.id = e.student_id
JOIN shared.course_sections AS s ON s.id = e.section_id
JOIN shared.courses AS c ON c.id = s.course_id
JOIN shared.terms AS t ON t.id = s.term_id
JOIN shared.grades AS g ON g.enrolment_id = e.id
WHERE g.released_at <= now();

CREATE MATERIALIZED VIEW IF NOT EXISTS shared.section_grade_summary AS
SELECT
  e.tenant_id,
  e.section_id,
  count(*) AS graded,
  round(avg(g.percent), 2) AS mean_percent,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY g.percent) AS median_percent
FROM shared.grades AS g
JOIN shared.enrolments AS e ON e.id = g.enrolment_id
GROUP BY e.tenant_id, e.section_id;

-- REFRESH ... CONCURRENTLY asks for a unique index without a WHERE.
CREATE UNIQUE INDEX IF NOT EXISTS section_grade_summary_section_id_key
  ON shared.section_grade_summary (section_id);

COMMENT ON MATERIALIZED VIEW shared.section_grade_summary IS
  'Refreshed every night; for a figure of today ask the tables.';
