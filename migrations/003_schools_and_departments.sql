-- Schools of a tenant, their departments and their terms.
--
-- Each foreign key carries tenant_id as well: a department cannot hang under
-- another customer's school, whatever the application does.

CREATE TABLE IF NOT EXISTS shared.schools (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL REFERENCES shared.tenants (id) ON DELETE CASCADE,
  code       text NOT NULL,
  name       text NOT NULL,
  city       text,
  opened_on  date,
  closed_on  date,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT schools_tenant_id_id_key UNIQUE (tenant_id, id),
  CONSTRAINT schools_tenant_id_code_key UNIQUE (tenant_id, code),
  CONSTRAINT schools_closed_on_check CHECK (closed_on >= opened_on)
);

COMMENT ON COLUMN shared.schools.name IS
  'As the school writes it: "Lycée Voltaire", "Gymnasium Überlingen", "Школа № 57".';

CREATE TABLE IF NOT EXISTS shared.departments (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL,
  school_id  uuid NOT NULL,
  name       text NOT NULL,
  head_id    uuid REFERENCES shared.users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT departments_school_fkey FOREIGN KEY (tenant_id, school_id)
    REFERENCES shared.schools (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT departments_tenant_id_id_key UNIQUE (tenant_id, id),
  CONSTRAINT departments_school_id_name_key UNIQUE (school_id, name)
);

CREATE INDEX IF NOT EXISTS departments_head_id_idx
  ON shared.departments (head_id)
  WHERE head_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS shared.terms (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id  uuid NOT NULL,
  school_id  uuid NOT NULL,
  name       text NOT NULL,
  starts_on  date NOT NULL,
  ends_on    date NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT terms_school_fkey FOREIGN KEY (tenant_id, school_id)
    REFERENCES shared.schools (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT terms_tenant_id_id_key UNIQUE (tenant_id, id),
  CONSTRAINT terms_school_id_name_key UNIQUE (school_id, name),
  CONSTRAINT terms_ends_on_check CHECK (ends_on > starts_on)
);

CREATE INDEX IF NOT EXISTS terms_school_id_starts_on_idx
  ON shared.terms (school_id, starts_on DESC);

COMMENT ON TABLE shared.terms IS
  'Terms of one school may overlap; a summer school runs beside the "Sommersemester".';
