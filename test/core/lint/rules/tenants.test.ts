import type { Circumstances } from '../linted.js';
import { testRules, type Case } from './cases.js';

const placeholders = { values: { schema: '"oak"' }, delimiters: ['{{', '}}'], shown: ['schema'] } as const;
const runner = { tenantSchemas: new Set(['oak', 'shared', 'extensions']) };
const forTenants = (circumstances: Circumstances, ...texts: readonly string[]): Case[] =>
  texts.map((text) => [text, { placeholders, ...circumstances }]);

testRules({
  'set-search-path': {
    found: [
      ...forTenants(
        { runner },
        'SET search_path TO elm',
        'RESET search_path',
        'SET search_path TO DEFAULT',
        'RESET ALL',
        '-- no-transaction\nDISCARD ALL;\nCREATE TABLE notes (id int)',
      ),
    ],
    harmless: [
      'RESET ALL',
      'DISCARD ALL',
      ...forTenants({ runner }, 'RESET lock_timeout', 'DISCARD TEMP', "SET search_path = ''"),
    ],
  },
  'hard-coded-schema': {
    found: [
      ...forTenants(
        { runner },
        'CREATE TABLE elm.notes (id int)',
        'CREATE TABLE notes (id elm.status)',
        'CREATE TABLE notes (pupil int REFERENCES elm.pupils)',
        'ALTER TABLE "Elm".notes ADD COLUMN a int',
        'CREATE SCHEMA elm',
        'DROP TABLE notes, elm.notes',
        'DROP FUNCTION elm.f(int)',
        'DROP TRIGGER t ON elm.notes',
        'CREATE FUNCTION f() RETURNS elm.status LANGUAGE sql AS $$ SELECT 1 $$',
        'CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM elm.notes; END',
        "CREATE TYPE elm.status AS ENUM ('new')",
        "ALTER TYPE elm.status ADD VALUE 'old'",
        'CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION elm.f()',
        'CREATE VIEW v AS SELECT n.id FROM elm.notes n',
        'INSERT INTO notes SELECT * FROM elm.notes',
        'SELECT elm.f(1)',
        'ALTER TABLE notes SET SCHEMA elm',
        'GRANT USAGE ON SCHEMA elm TO reader',
        'GRANT SELECT ON ALL TABLES IN SCHEMA elm TO reader',
        "COMMENT ON COLUMN elm.notes.id IS 'x'",
        "COMMENT ON SCHEMA elm IS 'x'",
        'ALTER DEFAULT PRIVILEGES IN SCHEMA elm GRANT SELECT ON TABLES TO reader',
        'CREATE EXTENSION pgcrypto SCHEMA elm',
        'CREATE TABLE public.notes (id int)',
      ),
    ],
    harmless: [
      'CREATE TABLE elm.notes (id int)',
      ...forTenants(
        { runner },
        'CREATE TABLE notes (id int)',
        'CREATE TABLE {{schema}}.notes (id int REFERENCES {{schema}}.pupils)',
        'CREATE TABLE notes (id int REFERENCES shared.pupils)',
        'SELECT extensions.uuid_generate_v4()',
        'SELECT pg_catalog.now() FROM information_schema.tables',
        'CREATE TEMPORARY TABLE t (id int)',
        'CREATE VIEW v AS SELECT elm.id FROM notes elm',
        'UPDATE notes AS elm SET id = elm.id + 1 WHERE elm.id = 1',
        'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 FROM elm.notes $$',
        "COMMENT ON COLUMN notes.id IS 'elm.notes'",
        'DROP TRIGGER t ON notes',
        '-- allow: hard-coded-schema because every tenant reads the catalogue of one school\nCREATE VIEW v AS SELECT id FROM elm.notes',
      ),
    ],
  },
});
