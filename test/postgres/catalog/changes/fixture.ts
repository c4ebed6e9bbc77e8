import type { TestDatabase } from '../../../support/database/database.js';

/** A database with an object of every kind. Roles are made per server, so that their names must be unique. */
export const fixtureSql = (role: string): string => `
  CREATE ROLE ${role};
  CREATE SCHEMA app; CREATE SCHEMA other;
  CREATE TABLE app.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(200) NOT NULL, name text COLLATE "C" DEFAULT 'x', age integer CHECK (age > 0),
    state text DEFAULT 'new', total numeric GENERATED ALWAYS AS (age * 2) STORED, CONSTRAINT email_once UNIQUE (email) DEFERRABLE);
  CREATE TABLE app.orders (id serial PRIMARY KEY, customer_id bigint REFERENCES app.customers (id) ON DELETE CASCADE, placed_at timestamptz NOT NULL DEFAULT now(), note text, kind varchar(10) CHECK (kind IN ('a', 'b')));
  CREATE INDEX orders_placed ON app.orders (placed_at DESC) WHERE note IS NOT NULL;
  CREATE INDEX orders_lower ON app.orders (lower(note));
  CREATE UNLOGGED TABLE app.scratch (a integer, b integer);
  CREATE TABLE app.events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE app.events_2024 PARTITION OF app.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE app.base (a integer); CREATE TABLE app.child (b integer) INHERITS (app.base);
  CREATE VIEW app.recent AS SELECT id, note FROM app.orders WHERE placed_at > '2024-01-01 00:00:00+00';
  CREATE MATERIALIZED VIEW app.totals AS SELECT customer_id, count(*) AS n FROM app.orders GROUP BY customer_id;
  CREATE UNIQUE INDEX totals_customer ON app.totals (customer_id);
  CREATE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
  CREATE FUNCTION app.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE FUNCTION app.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
  CREATE PROCEDURE app.tidy(days integer) LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
  CREATE AGGREGATE app.total(integer) (SFUNC = app.add, STYPE = integer, INITCOND = '0');
  CREATE TRIGGER stamped BEFORE UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.stamp();
  CREATE RULE no_delete AS ON DELETE TO app.scratch DO INSTEAD NOTHING;
  CREATE POLICY mine ON app.orders FOR SELECT USING (note = current_user);
  CREATE EVENT TRIGGER ${role}_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION app.on_ddl(); ALTER EVENT TRIGGER ${role}_ddl DISABLE;
  CREATE TYPE app.mood AS ENUM ('sad', 'ok');
  CREATE TYPE app.address AS (street text, zip text);
  CREATE TYPE app.period AS RANGE (subtype = timestamptz);
  CREATE DOMAIN app.positive AS integer DEFAULT 1 CONSTRAINT is_positive CHECK (VALUE > 0);
  CREATE TYPE app.shell;
  CREATE SEQUENCE app.numbers START 10 OWNED BY app.scratch.a;
  CREATE SEQUENCE app.free;
  CREATE STATISTICS app.scratch_stats (dependencies) ON a, b FROM app.scratch;
  CREATE COLLATION app.german (provider = icu, locale = 'de');
  CREATE CONVERSION app.to_utf8 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
  CREATE TEXT SEARCH DICTIONARY app.dict (TEMPLATE = pg_catalog.simple);
  CREATE TEXT SEARCH CONFIGURATION app.config (PARSER = pg_catalog."default");
  ALTER TEXT SEARCH CONFIGURATION app.config ADD MAPPING FOR word WITH app.dict;
  CREATE TEXT SEARCH TEMPLATE app.template (LEXIZE = dsimple_lexize);
  CREATE TEXT SEARCH PARSER app.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
  CREATE FUNCTION app.same(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT $1 = $2';
  CREATE OPERATOR app.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = app.same);
  CREATE OPERATOR FAMILY app.family USING btree;
  CREATE OPERATOR CLASS app.class FOR TYPE integer USING btree AS OPERATOR 3 =, FUNCTION 1 btint4cmp(integer, integer);
  CREATE FUNCTION app.to_mood(integer) RETURNS app.mood LANGUAGE sql AS 'SELECT ''ok''::app.mood';
  CREATE CAST (integer AS app.mood) WITH FUNCTION app.to_mood(integer);
  CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (mode 'a');
  CREATE SERVER remote TYPE 't' VERSION '1' FOREIGN DATA WRAPPER wrapper OPTIONS (host 'h', password 'topsecret');
  CREATE USER MAPPING FOR ${role} SERVER remote OPTIONS (user 'u', password 'topsecret');
  CREATE FOREIGN TABLE app.far (a integer OPTIONS (column_name 'x')) SERVER remote OPTIONS (table_name 'y');
  CREATE PUBLICATION chosen FOR TABLE app.orders;
  CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert');
  CREATE SUBSCRIPTION sub_${role} CONNECTION 'host=nowhere password=topsecret' PUBLICATION p WITH (connect = false, slot_name = NONE);
  CREATE EXTENSION citext SCHEMA other;
  CREATE FUNCTION app.handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
  CREATE LANGUAGE mine HANDLER app.handler;
  CREATE TRANSFORM FOR integer LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));
  CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
  GRANT SELECT ON app.orders TO ${role}; GRANT UPDATE (note) ON app.orders TO ${role};
  ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO ${role};
  COMMENT ON TABLE app.orders IS 'orders'; COMMENT ON COLUMN app.orders.note IS 'free text';
  ALTER ROLE ${role} SET work_mem = '5MB'; ALTER ROLE ${role} SET app.secret = 'topsecret';
`;

/** Removes the fixture from the server, before its database is dropped: a subscription keeps that. */
export async function dropFixture(database: Pick<TestDatabase, 'query'>, role: string): Promise<void> {
  await database.query(`DROP SUBSCRIPTION sub_${role}`);
  await database.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
}
