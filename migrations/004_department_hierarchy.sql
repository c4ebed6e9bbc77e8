-- Departments may sit under one another: Sciences > Physics > Astronomy.

ALTER TABLE shared.departments
  ADD COLUMN IF NOT EXISTS parent_id uuid
    CONSTRAINT departments_parent_id_fkey
    REFERENCES shared.departments (id) ON DELETE RESTRICT;

CREATE INDEX IF NOT EXISTS departments_parent_id_idx
  ON shared.departments (parent_id)
  WHERE parent_id IS NOT NULL;

COMMENT ON COLUMN shared.departments.parent_id IS
  'NULL at the top; see shared.check_department_parent() for what is refused.';

-- Refuses a parent in another school and any loop; a foreign key sees neither.
CREATE OR REPLACE FUNCTION shared.check_department_parent()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  parent_school uuid;
BEGIN
  IF NEW.parent_id IS NULL THEN
    RETURN NEW;
  END IF;

  SELECT d.school_id INTO parent_school
  FROM shared.departments AS d
  WHERE d.id = NEW.parent_id;

  IF parent_school IS DISTINCT FROM NEW.school_id THEN
    RAISE EXCEPTION 'department "%" and its parent are not in the same school', NEW.name
      USING ERRCODE = 'check_violation', CONSTRAINT = 'departments_parent_school_check';
  END IF;

  IF EXISTS (
    WITH RECURSIVE ancestors (id, parent_id) AS (
      SELECT d.id, d.parent_id
      FROM shared.departments AS d
      WHERE d.id = NEW.parent_id
      UNION                              -- not UNION ALL: ends even on an old loop
      SELECT d.id, d.parent_id
      FROM shared.departments AS d
      JOIN ancestors AS a ON d.id = a.parent_id
    )
    SELECT 1 FROM ancestors AS a WHERE a.id = NEW.id
  ) THEN
    RAISE EXCEPTION 'department "%" can''t be its own ancestor', NEW.name
      USING ERRCODE = 'check_violation', CONSTRAINT = 'departments_no_loop_check';
  END IF;

  RETURN NEW;
END;
$body$;

DROP TRIGGER IF EXISTS departments_check_parent ON shared.departments;
CREATE TRIGGER departments_check_parent
  BEFORE INSERT OR UPDATE OF parent_id, school_id ON shared.departments
  FOR EACH ROW EXECUTE FUNCTION shared.check_department_parent();

CREATE OR REPLACE VIEW shared.department_paths AS
WITH RECURSIVE tree AS (
  SELECT d.id, d.tenant_id, d.school_id, d.name AS path, 1 AS depth
  FROM shared.departments AS d
  WHERE d.parent_id IS NULL
  UNION ALL
  SELECT d.id, d.tenant_id, d.school_id, tree.path || ' › ' || d.name, tree.depth + 1
  FROM shared.departments AS d
  JOIN tree ON tree.id = d.parent_id
)
SELECT tree.id, tree.tenant_id, tree.school_id, tree.path, tree.depth
FROM tree;

COMMENT ON VIEW shared.department_paths IS 'E.g. ''Sciences › Physics''; depth 1 is the top.';
