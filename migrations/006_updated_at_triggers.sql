-- updated_at is kept by the database; application code had forgotten it in places.

CREATE OR REPLACE FUNCTION shared.set_updated_at()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END;
$$;

COMMENT ON FUNCTION shared.set_updated_at() IS
  'For BEFORE UPDATE triggers; the table must have a column "updated_at".';

-- The same trigger for every table so far. A table added by a later file brings
-- its own; don't add its name here: this file has run long before it exists.
DO $do$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY[
    'tenants',
    'users',
    'schools',
    'departments',
    'terms',
    'billing_plans',
    'subscriptions',
    'courses',
    'course_sections',
    'enrolments'
  ]
  LOOP
    EXECUTE format(
      'DROP TRIGGER IF EXISTS %I ON shared.%I;',
      table_name || '_set_updated_at', table_name
    );
    EXECUTE format(
      $sql$
        CREATE TRIGGER %I
          BEFORE UPDATE ON shared.%I
          FOR EACH ROW EXECUTE FUNCTION shared.set_updated_at();
      $sql$,
      table_name || '_set_updated_at', table_name
    );
  END LOOP;
END
$do$;

-- Users also have their address tidied, before the unique index looks at it.
CREATE OR REPLACE FUNCTION shared.tidy_user()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.email := lower(NEW.email);
  NEW.full_name := regexp_replace(trim(NEW.full_name), '\s+', ' ', 'g');
  RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS users_tidy ON shared.users;
CREATE TRIGGER users_tidy
  BEFORE INSERT OR UPDATE OF email, full_name ON shared.users
  FOR EACH ROW EXECUTE FUNCTION shared.tidy_user();
