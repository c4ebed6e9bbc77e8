-- Courses, the sections in which they are taught, and who sits in them.

CREATE TABLE IF NOT EXISTS shared.courses (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id     uuid NOT NULL,
  department_id uuid NOT NULL,
  code          text NOT NULL,
  title         text NOT NULL,
  description   text NOT NULL DEFAULT '',
  credits       numeric(4, 1) NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT courses_department_fkey FOREIGN KEY (tenant_id, department_id)
    REFERENCES shared.departments (tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT courses_tenant_id_id_key UNIQUE (tenant_id, id),
  CONSTRAINT courses_tenant_id_code_key UNIQUE (tenant_id, code),
  CONSTRAINT courses_credits_check CHECK (credits BETWEEN 0 AND 60)
);

CREATE INDEX IF NOT EXISTS courses_department_id_idx
  ON shared.courses (department_id);

CREATE TABLE IF NOT EXISTS shared.course_sections (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL,
  course_id  uuid NOT NULL,
  term_id    uuid NOT NULL,
  teacher_id uuid,
  label      text NOT NULL DEFAULT 'A',
  capacity   smallint NOT NULL DEFAULT 30 CHECK (capacity > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT course_sections_course_fkey FOREIGN KEY (tenant_id, course_id)
    REFERENCES shared.courses (tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT course_sections_term_fkey FOREIGN KEY (tenant_id, term_id)
    REFERENCES shared.terms (tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT course_sections_teacher_fkey FOREIGN KEY (tenant_id, teacher_id)
    REFERENCES shared.users (tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT course_sections_tenant_id_id_key UNIQUE (tenant_id, id),
  CONSTRAINT course_sections_label_key UNIQUE (course_id, term_id, label)
);

CREATE INDEX IF NOT EXISTS course_sections_term_id_idx ON shared.course_sections (term_id);
CREATE INDEX IF NOT EXISTS course_sections_teacher_id_idx ON shared.course_sections (teacher_id);

CREATE TABLE IF NOT EXISTS shared.enrolments (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id   uuid NOT NULL,
  section_id  uuid NOT NULL,
  student_id  uuid NOT NULL,
  status      text NOT NULL DEFAULT 'pending',
  enrolled_on date NOT NULL DEFAULT CURRENT_DATE,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT enrolments_section_fkey FOREIGN KEY (tenant_id, section_id)
    REFERENCES shared.course_sections (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT enrolments_student_fkey FOREIGN KEY (tenant_id, student_id)
    REFERENCES shared.users (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT enrolments_tenant_id_id_key UNIQUE (tenant_id, id),
  CONSTRAINT enrolments_section_id_student_id_key UNIQUE (section_id, student_id),
  CONSTRAINT enrolments_status_check
    CHECK (status IN ('pending', 'active', 'completed', 'dropped'))
);

CREATE INDEX IF NOT EXISTS enrolments_student_id_idx ON shared.enrolments (student_id);

CREATE INDEX IF NOT EXISTS enrolments_active_idx
  ON shared.enrolments (section_id)
  WHERE status = 'active';
