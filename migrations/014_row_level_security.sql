-- A connection sees one tenant: SET LOCAL app.tenant_id = '<uuid>';
--
-- The policies bind every role but the tables' owner, which runs migrations and
-- the nightly jobs. The web application must therefore connect as another role.

CREATE OR REPLACE FUNCTION shared.current_tenant_id()
RETURNS uuid
LANGUAGE sql
STABLE
PARALLEL SAFE
AS $$
  SELECT nullif(current_setting('app.tenant_id', true), '')::uuid;
$$;

COMMENT ON FUNCTION shared.current_tenant_id() IS
  'NULL when the setting is missing; every policy then hides every row.';

ALTER TABLE shared.tenants ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS tenants_own_row ON shared.tenants;
CREATE POLICY tenants_own_row ON shared.tenants
  USING (id = shared.current_tenant_id());

-- All tables that name their tenant in tenant_id share one policy.
DO $do$
DECLARE
  target text;
BEGIN
  FOREACH target IN ARRAY ARRAY[
    'users', 'guardianships', 'schools', 'departments', 'terms', 'subscriptions',
    'courses', 'course_sections', 'enrolments', 'grades', 'attendance',
    'invoice_counters', 'invoices', 'invoice_lines'
  ]
  LOOP
    EXECUTE format('ALTER TABLE shared.%I ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('DROP POLICY IF EXISTS tenant_isolation ON shared.%I', target);
    EXECUTE format(
      $policy$
        CREATE POLICY tenant_isolation ON shared.%I
          USING (tenant_id = shared.current_tenant_id())
          WITH CHECK (tenant_id = shared.current_tenant_id());
      $policy$,
      target
    );
  END LOOP;
END
$do$;

-- The audit log can be read, not written: only shared.record_audit() adds to it.
ALTER TABLE shared.audit_log ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS audit_log_read ON shared.audit_log;
CREATE POLICY audit_log_read ON shared.audit_log
  FOR SELECT
  USING (tenant_id = shared.current_tenant_id());

-- Views ask with their owner's rights, past the policies, unless told otherwise;
-- that option came with PostgreSQL 15. Before it, don't grant these two.
DO $do$
BEGIN
  IF current_setting('server_version_num')::integer >= 150000 THEN
    EXECUTE 'ALTER VIEW shared.department_paths SET (security_invoker = true)';
    EXECUTE 'ALTER VIEW shared.transcripts SET (security_invoker = true)';
  END IF;
END
$do$;
