-- Schema `shared`: everything the school product keeps for all tenants.
--
-- No extension is needed; gen_random_uuid() is built in since PostgreSQL 13,
-- and e-mail addresses are compared through lower() rather than citext.

CREATE SCHEMA IF NOT EXISTS shared;

COMMENT ON SCHEMA shared IS
  'Tables used by every tenant; a row''s owner is named by its tenant_id.';

DO $$
BEGIN
  IF current_setting('server_version_num')::integer < 130000 THEN
    RAISE EXCEPTION 'PostgreSQL 13 or later is required; this is %',
      current_setting('server_version');
  END IF;
END
$$;

-- CREATE DOMAIN knows no IF NOT EXISTS; hence the look into the catalogue.
DO $$
BEGIN
  IF to_regtype('shared.email_address') IS NULL THEN
    CREATE DOMAIN shared.email_address AS text
      CONSTRAINT email_address_check
      CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$');
  END IF;

  IF to_regtype('shared.currency_code') IS NULL THEN
    CREATE DOMAIN shared.currency_code AS text
      CONSTRAINT currency_code_check
      CHECK (VALUE ~ '^[A-Z]{3}$');
  END IF;
END
$$;

COMMENT ON DOMAIN shared.email_address IS
  'Loose check only; whether mail arrives is proved by the confirmation link.';
COMMENT ON DOMAIN shared.currency_code IS 'ISO 4217, upper case: "EUR", "GBP"';

-- 'Year 7: Maths; set B' becomes 'year-7-maths-set-b'.
CREATE OR REPLACE FUNCTION shared.slugify(value text)
RETURNS text
LANGUAGE sql
IMMUTABLE
STRICT
PARALLEL SAFE
AS $$
  SELECT trim(BOTH '-' FROM regexp_replace(lower(value), '[^a-z0-9]+', '-', 'g'));
$$;

CREATE TABLE IF NOT EXISTS shared.countries (
  code       text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}$'),
  name       text NOT NULL UNIQUE,
  local_name text NOT NULL,
  currency   shared.currency_code NOT NULL
);

COMMENT ON TABLE shared.countries IS 'ISO 3166-1; only the countries we sell in.';
