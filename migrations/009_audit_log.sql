-- Who changed what: users, enrolments and grades are recorded row by row.

CREATE TABLE IF NOT EXISTS shared.audit_log (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id   uuid,
  table_name  text NOT NULL,
  row_id      text,
  action      text NOT NULL CHECK (action IN ('INSERT', 'UPDATE', 'DELETE')),
  old_values  jsonb,
  new_values  jsonb,
  changed_by  text,
  changed_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS audit_log_row_idx
  ON shared.audit_log (table_name, row_id, changed_at DESC);

CREATE INDEX IF NOT EXISTS audit_log_tenant_id_changed_at_idx
  ON shared.audit_log (tenant_id, changed_at DESC);

-- The application says who acts with: SET LOCAL app.user_id = '…';
-- without it the database role is written down.
CREATE OR REPLACE FUNCTION shared.record_audit()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  hidden   constant text[] := ARRAY['password_hash', 'updated_at'];
  old_row  jsonb;
  new_row  jsonb;
  any_row  jsonb;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    old_row := to_jsonb(OLD) - hidden;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    new_row := to_jsonb(NEW) - hidden;
  END IF;

  IF old_row = new_row THEN
    RETURN NULL;  -- touched; nothing that counts has changed
  END IF;

  any_row := coalesce(new_row, old_row);

  INSERT INTO shared.audit_log
    (tenant_id, table_name, row_id, action, old_values, new_values, changed_by)
  VALUES (
    (any_row ->> 'tenant_id')::uuid,
    TG_TABLE_NAME,
    any_row ->> 'id',
    TG_OP,
    old_row,
    new_row,
    coalesce(nullif(current_setting('app.user_id', true), ''), session_user)
  );

  RETURN NULL;
END;
$$;

DROP TRIGGER IF EXISTS users_audit ON shared.users;
CREATE TRIGGER users_audit
  AFTER INSERT OR UPDATE OR DELETE ON shared.users
  FOR EACH ROW EXECUTE FUNCTION shared.record_audit();

DROP TRIGGER IF EXISTS enrolments_audit ON shared.enrolments;
CREATE TRIGGER enrolments_audit
  AFTER INSERT OR UPDATE OR DELETE ON shared.enrolments
  FOR EACH ROW EXECUTE FUNCTION shared.record_audit();

DROP TRIGGER IF EXISTS grades_audit ON shared.grades;
CREATE TRIGGER grades_audit
  AFTER INSERT OR UPDATE OR DELETE ON shared.grades
  FOR EACH ROW EXECUTE FUNCTION shared.record_audit();

COMMENT ON TABLE shared.audit_log IS 'Append only; passwords'' hashes are left out.';
