/** Shared files on which tenants' files depend. */
export const SHARED = {
  '1_app.sql': `
    CREATE SCHEMA app;
    CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
    CREATE TABLE app.levels (id int PRIMARY KEY, name text);
    INSERT INTO app.levels VALUES (1, 'first'), (2, '{{schema}}');
    CREATE TABLE app.keys (key uuid DEFAULT gen_random_uuid(), at timestamptz DEFAULT clock_timestamp());
    INSERT INTO app.keys DEFAULT VALUES;
    CREATE SEQUENCE app.numbers;
    CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$;`,
};

/** Files of tenants with objects of many kinds, and with the name of the schema wherever a file may have it. */
export const FILES = {
  '1_tables.sql': `
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE DOMAIN {{schema}}.short AS text CHECK (length(VALUE) < 100);
    CREATE TABLE users (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      number serial,
      name public.citext NOT NULL,
      mood mood DEFAULT 'ok',
      about {{schema}}.short,
      level int REFERENCES app.levels,
      at timestamptz DEFAULT now(),
      place text DEFAULT '{{schema}}.users'
    );
    INSERT INTO users (name, level) VALUES ('eve', 1), ('mallory', NULL);
    CREATE TABLE log (id int, day date, user_id bigint REFERENCES users) PARTITION BY RANGE (day);
    CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE TABLE texts (t text);
    INSERT INTO texts VALUES ('in {{schema}}'), (E'tab\\t, \\\\ and ''quotes'' in {{schema}}.users');
    CREATE SEQUENCE tickets START 100;
    SELECT nextval('tickets'), nextval('{{schema}}.tickets');`,
  '2_values.sql': "ALTER TYPE mood ADD VALUE 'happy';\nCREATE TABLE moods (mood mood DEFAULT 'happy');",
  '3_index.sql': 'CREATE INDEX CONCURRENTLY by_name ON {{schema}}.users (name) WHERE level IS NOT NULL;',
  '4_code.sql': `
    CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql STABLE SET search_path = {{schema}}, public
      AS $$ SELECT name::text FROM users $$;
    CREATE FUNCTION place() RETURNS text LANGUAGE plpgsql
      AS $$ BEGIN RETURN '{{schema}} ' || (to_regclass('{{schema}}.users') IS NOT NULL); END $$;
    CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION app.touch();
    CREATE VIEW named AS SELECT users.name, '{{schema}}'::text AS place FROM users JOIN app.levels l ON l.id = level;
    CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS users FROM {{schema}}.users;
    CREATE RULE quiet AS ON DELETE TO texts DO INSTEAD NOTHING;
    CREATE POLICY own ON users USING (name::text = ANY (SELECT {{schema}}.names()));
    ALTER TABLE users ENABLE ROW LEVEL SECURITY;
    CREATE STATISTICS both_of ON level, number FROM users;
    CREATE TEXT SEARCH CONFIGURATION words (COPY = pg_catalog.simple);
    COMMENT ON SCHEMA {{schema}} IS 'it''s {{schema}}';
    COMMENT ON TABLE users IS E'back\\\\slash in {{schema}}';
    GRANT USAGE ON SCHEMA {{schema}} TO PUBLIC;
    GRANT SELECT ON named TO PUBLIC;
    ALTER DEFAULT PRIVILEGES IN SCHEMA {{schema}} GRANT SELECT ON TABLES TO PUBLIC;`,
  '5_later.sql': "CREATE TABLE later (id int); INSERT INTO users (name) VALUES ('trent');",
};
