-- Tenants (a school, or a trust that runs several) and the people who sign in.

CREATE TABLE IF NOT EXISTS shared.tenants (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug         text NOT NULL,
  name         text NOT NULL,
  country_code text NOT NULL REFERENCES shared.countries (code),
  time_zone    text NOT NULL DEFAULT 'UTC',
  settings     jsonb NOT NULL DEFAULT '{}'::jsonb,
  suspended_at timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT tenants_slug_key UNIQUE (slug),
  CONSTRAINT tenants_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  CONSTRAINT tenants_name_check CHECK (length(trim(name)) > 0),
  CONSTRAINT tenants_settings_check CHECK (jsonb_typeof(settings) = 'object')
);

COMMENT ON TABLE shared.tenants IS 'One row per customer; never deleted, only suspended.';
COMMENT ON COLUMN shared.tenants.slug IS
  'First label of the customer''s host name; it must not change once mailed out.';

CREATE TABLE IF NOT EXISTS shared.users (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id     uuid NOT NULL REFERENCES shared.tenants (id) ON DELETE CASCADE,
  email         shared.email_address NOT NULL,
  full_name     text NOT NULL,
  role          text NOT NULL DEFAULT 'student',
  password_hash text,             -- NULL: signs in through the school's own directory
  last_seen_at  timestamptz,
  disabled_at   timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT users_tenant_id_id_key UNIQUE (tenant_id, id),
  CONSTRAINT users_full_name_check CHECK (length(trim(full_name)) > 0),
  CONSTRAINT users_role_check
    CHECK (role IN ('owner', 'admin', 'teacher', 'guardian', 'student'))
);

-- The same person may belong to two tenants; within one the address is unique.
CREATE UNIQUE INDEX IF NOT EXISTS users_tenant_id_email_key
  ON shared.users (tenant_id, lower(email));

CREATE INDEX IF NOT EXISTS users_tenant_id_role_idx
  ON shared.users (tenant_id, role)
  WHERE disabled_at IS NULL;

CREATE TABLE IF NOT EXISTS shared.guardianships (
  tenant_id   uuid NOT NULL,
  guardian_id uuid NOT NULL,
  student_id  uuid NOT NULL,
  relation    text NOT NULL DEFAULT 'parent',
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (guardian_id, student_id),
  FOREIGN KEY (tenant_id, guardian_id)
    REFERENCES shared.users (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, student_id)
    REFERENCES shared.users (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT guardianships_not_self_check CHECK (guardian_id <> student_id)
);

CREATE INDEX IF NOT EXISTS guardianships_student_id_idx
  ON shared.guardianships (student_id);

CREATE TABLE IF NOT EXISTS shared.user_tokens (
  token_hash bytea PRIMARY KEY,
  user_id    uuid NOT NULL REFERENCES shared.users (id) ON DELETE CASCADE,
  purpose    text NOT NULL CHECK (purpose IN ('invite', 'reset', 'confirm')),
  expires_at timestamptz NOT NULL,
  used_at    timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON COLUMN shared.user_tokens.token_hash IS
  'SHA-256 of the token; the token itself is only in the mail.';

CREATE INDEX IF NOT EXISTS user_tokens_user_id_idx ON shared.user_tokens (user_id);
