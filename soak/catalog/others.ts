import { NO_ALTER, type Kind } from './kind.js';

const HANDLER = 'postgresql_fdw_validator';

/** From the documentation of CREATE and ALTER for objects that do not belong to a table. */
export const OTHER_KINDS: readonly Kind[] = [
  {
    name: 'schema',
    create: ({ n }) => `CREATE SCHEMA schema_${n}`,
    drop: ({ n }) => `DROP SCHEMA schema_${n}`,
    alter: [
      ({ n }) => `ALTER SCHEMA schema_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER SCHEMA schema_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'function',
    create: ({ n, random }) =>
      `CREATE FUNCTION gen.function_${n}(a integer) RETURNS integer LANGUAGE sql ${random.pick(['', 'IMMUTABLE', 'STABLE'])} AS 'SELECT a + ${n}'`,
    drop: ({ n }) => `DROP FUNCTION gen.function_${n}`,
    alter: [
      'STRICT',
      'SECURITY DEFINER',
      'LEAKPROOF',
      'PARALLEL SAFE',
      'COST 1234',
      "SET work_mem = '7MB'",
      'RENAME TO renamed_N',
      'SET SCHEMA gen_other',
    ].map(
      (action) =>
        ({ n }) =>
          `ALTER FUNCTION gen.function_${n}(integer) ${action.replace('_N', `_${n}`)}`,
    ),
  },
  {
    name: 'procedure',
    create: ({ n, random }) =>
      `CREATE PROCEDURE gen.procedure_${n}(a ${random.pick(['integer', 'text'])}) LANGUAGE plpgsql AS $$ BEGIN PERFORM ${n}; END $$`,
    drop: ({ n }) => `DROP PROCEDURE gen.procedure_${n}`,
    alter: [
      ({ n }) => `ALTER PROCEDURE gen.procedure_${n} SECURITY DEFINER`,
      ({ n }) => `ALTER PROCEDURE gen.procedure_${n} SET search_path = gen`,
      ({ n }) => `ALTER PROCEDURE gen.procedure_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER PROCEDURE gen.procedure_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'aggregate',
    create: ({ n, random }) =>
      `CREATE AGGREGATE gen.aggregate_${n}(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '${random.pick([0, 1])}')`,
    drop: ({ n }) => `DROP AGGREGATE gen.aggregate_${n}(integer)`,
    alter: [
      ({ n }) => `ALTER AGGREGATE gen.aggregate_${n}(integer) RENAME TO renamed_${n}`,
      ({ n }) => `ALTER AGGREGATE gen.aggregate_${n}(integer) SET SCHEMA gen_other`,
      ({ n, role }) => `ALTER AGGREGATE gen.aggregate_${n}(integer) OWNER TO ${role}`,
    ],
  },
  {
    name: 'enum',
    create: ({ n }) => `CREATE TYPE gen.enum_${n} AS ENUM ('a', 'b', 'v${n}')`,
    drop: ({ n }) => `DROP TYPE gen.enum_${n}`,
    alter: [
      ({ n }) => `ALTER TYPE gen.enum_${n} ADD VALUE 'new' BEFORE 'b'`,
      ({ n }) => `ALTER TYPE gen.enum_${n} RENAME VALUE 'a' TO 'c'`,
      ({ n }) => `ALTER TYPE gen.enum_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER TYPE gen.enum_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'composite',
    create: ({ n, random }) => `CREATE TYPE gen.composite_${n} AS (a integer, b ${random.pick(['text', 'date'])})`,
    drop: ({ n }) => `DROP TYPE gen.composite_${n}`,
    alter: [
      ({ n }) => `ALTER TYPE gen.composite_${n} ADD ATTRIBUTE c integer`,
      ({ n }) => `ALTER TYPE gen.composite_${n} DROP ATTRIBUTE b`,
      ({ n }) => `ALTER TYPE gen.composite_${n} ALTER ATTRIBUTE a TYPE bigint`,
      ({ n }) => `ALTER TYPE gen.composite_${n} RENAME ATTRIBUTE a TO z`,
      ({ n }) => `ALTER TYPE gen.composite_${n} SET SCHEMA gen_other`,
    ],
  },
  {
    name: 'range',
    create: ({ n, random }) =>
      `CREATE TYPE gen.range_${n} AS RANGE (SUBTYPE = ${random.pick(['integer', 'text', 'float8'])})`,
    drop: ({ n }) => `DROP TYPE gen.range_${n}`,
    alter: [
      ({ n }) => `ALTER TYPE gen.range_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER TYPE gen.range_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'domain',
    create: ({ n, random }) =>
      `CREATE DOMAIN gen.domain_${n} AS ${random.pick(['integer', 'bigint'])} CONSTRAINT positive CHECK (VALUE > ${n})`,
    drop: ({ n }) => `DROP DOMAIN gen.domain_${n}`,
    alter: [
      'SET DEFAULT 9',
      'SET NOT NULL',
      'ADD CONSTRAINT small CHECK (VALUE < 100)',
      'ADD CONSTRAINT small CHECK (VALUE < 100) NOT VALID',
      'DROP CONSTRAINT positive',
      'RENAME CONSTRAINT positive TO above',
      'RENAME TO renamed_N',
    ].map(
      (action) =>
        ({ n }) =>
          `ALTER DOMAIN gen.domain_${n} ${action.replace('_N', `_${n}`)}`,
    ),
  },
  {
    name: 'collation',
    create: ({ n, random }) => `CREATE COLLATION gen.collation_${n} (LOCALE = '${random.pick(['C', 'POSIX'])}')`,
    drop: ({ n }) => `DROP COLLATION gen.collation_${n}`,
    alter: [
      ({ n }) => `ALTER COLLATION gen.collation_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER COLLATION gen.collation_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'conversion',
    create: ({ n }) => `CREATE CONVERSION gen.conversion_${n} FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`,
    drop: ({ n }) => `DROP CONVERSION gen.conversion_${n}`,
    alter: [
      ({ n }) => `ALTER CONVERSION gen.conversion_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER CONVERSION gen.conversion_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'operator',
    needs: ({ n }) => `CREATE TYPE gen.operator_${n} AS ENUM ('a')`,
    create: ({ n }) =>
      `CREATE FUNCTION gen.compare(gen.operator_${n}, gen.operator_${n}) RETURNS boolean LANGUAGE sql AS 'SELECT true'; ` +
      `CREATE OPERATOR gen.<#> (LEFTARG = gen.operator_${n}, RIGHTARG = gen.operator_${n}, FUNCTION = gen.compare)`,
    drop: ({ n }) => `DROP OPERATOR gen.<#> (gen.operator_${n}, gen.operator_${n})`,
    alter: [
      ({ n }) => `ALTER OPERATOR gen.<#> (gen.operator_${n}, gen.operator_${n}) SET (RESTRICT = eqsel)`,
      ({ n, role }) => `ALTER OPERATOR gen.<#> (gen.operator_${n}, gen.operator_${n}) OWNER TO ${role}`,
      ({ n }) => `ALTER OPERATOR gen.<#> (gen.operator_${n}, gen.operator_${n}) SET SCHEMA gen_other`,
    ],
  },
  {
    name: 'family',
    create: ({ n, random }) => `CREATE OPERATOR FAMILY gen.family_${n} USING ${random.pick(['btree', 'hash'])}`,
    drop: ({ n }) =>
      `DO $$ BEGIN EXECUTE (SELECT format('DROP OPERATOR FAMILY gen.family_${n} USING %I', amname) FROM pg_opfamily f JOIN pg_am a ON a.oid = opfmethod WHERE opfname = 'family_${n}'); END $$`,
    alter: NO_ALTER,
  },
  {
    name: 'class',
    create: ({ n }) =>
      `CREATE OPERATOR CLASS gen.class_${n} FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer)`,
    drop: ({ n }) => `DROP OPERATOR CLASS gen.class_${n} USING hash`,
    alter: [
      ({ n }) => `ALTER OPERATOR CLASS gen.class_${n} USING hash RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER OPERATOR CLASS gen.class_${n} USING hash OWNER TO ${role}`,
      ({ n }) =>
        `ALTER OPERATOR FAMILY gen.class_${n} USING hash ADD OPERATOR 1 = (bigint, integer), FUNCTION 1 (bigint) hashint8(bigint)`,
    ],
  },
  {
    name: 'cast',
    needs: ({ n }) => `CREATE TYPE gen.cast_${n} AS ENUM ('a')`,
    create: ({ n, random }) =>
      `CREATE CAST (gen.cast_${n} AS integer) WITH INOUT${random.pick(['', ' AS ASSIGNMENT'])}`,
    drop: ({ n }) => `DROP CAST (gen.cast_${n} AS integer)`,
    alter: NO_ALTER,
  },
  {
    name: 'configuration',
    create: ({ n, random }) =>
      `CREATE TEXT SEARCH CONFIGURATION gen.configuration_${n} (COPY = ${random.pick(['simple', 'english'])})`,
    drop: ({ n }) => `DROP TEXT SEARCH CONFIGURATION gen.configuration_${n}`,
    alter: [
      ({ n }) => `ALTER TEXT SEARCH CONFIGURATION gen.configuration_${n} DROP MAPPING FOR hword`,
      ({ n }) => `ALTER TEXT SEARCH CONFIGURATION gen.configuration_${n} ALTER MAPPING FOR word WITH french_stem`,
      ({ n }) => `ALTER TEXT SEARCH CONFIGURATION gen.configuration_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER TEXT SEARCH CONFIGURATION gen.configuration_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'dictionary',
    create: ({ n, random }) =>
      `CREATE TEXT SEARCH DICTIONARY gen.dictionary_${n} (TEMPLATE = simple, ACCEPT = ${random.pick(['true', 'false'])})`,
    drop: ({ n }) => `DROP TEXT SEARCH DICTIONARY gen.dictionary_${n}`,
    alter: [
      ({ n }) => `ALTER TEXT SEARCH DICTIONARY gen.dictionary_${n} (STOPWORDS = english)`,
      ({ n }) => `ALTER TEXT SEARCH DICTIONARY gen.dictionary_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER TEXT SEARCH DICTIONARY gen.dictionary_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'template',
    create: ({ n }) => `CREATE TEXT SEARCH TEMPLATE gen.template_${n} (INIT = dsimple_init, LEXIZE = dsimple_lexize)`,
    drop: ({ n }) => `DROP TEXT SEARCH TEMPLATE gen.template_${n}`,
    alter: [({ n }) => `ALTER TEXT SEARCH TEMPLATE gen.template_${n} RENAME TO renamed_${n}`],
  },
  {
    name: 'parser',
    create: ({ n }) =>
      `CREATE TEXT SEARCH PARSER gen.parser_${n} (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)`,
    drop: ({ n }) => `DROP TEXT SEARCH PARSER gen.parser_${n}`,
    alter: [({ n }) => `ALTER TEXT SEARCH PARSER gen.parser_${n} RENAME TO renamed_${n}`],
  },
  {
    name: 'wrapper',
    create: ({ n, random }) =>
      `CREATE FOREIGN DATA WRAPPER wrapper_${n} OPTIONS (debug '${random.pick(['on', 'off'])}')`,
    drop: ({ n }) => `DROP FOREIGN DATA WRAPPER wrapper_${n}`,
    alter: [
      ({ n }) => `ALTER FOREIGN DATA WRAPPER wrapper_${n} OPTIONS (ADD more 'x')`,
      ({ n }) => `ALTER FOREIGN DATA WRAPPER wrapper_${n} VALIDATOR ${HANDLER} OPTIONS (DROP debug)`,
      ({ n }) => `ALTER FOREIGN DATA WRAPPER wrapper_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'server',
    create: ({ n, random }) =>
      `CREATE SERVER server_${n} VERSION '${random.pick([1, 2])}' FOREIGN DATA WRAPPER gen_wrapper OPTIONS (host 'a')`,
    drop: ({ n }) => `DROP SERVER server_${n}`,
    alter: [
      ({ n }) => `ALTER SERVER server_${n} VERSION '7'`,
      ({ n }) => `ALTER SERVER server_${n} OPTIONS (SET host 'b')`,
      ({ n }) => `ALTER SERVER server_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER SERVER server_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'mapped',
    needs: ({ n }) => `CREATE SERVER mapped_${n} FOREIGN DATA WRAPPER gen_wrapper`,
    create: ({ n, random }) =>
      `CREATE USER MAPPING FOR PUBLIC SERVER mapped_${n} OPTIONS (user '${random.pick(['a', 'b'])}')`,
    drop: ({ n }) => `DROP USER MAPPING FOR PUBLIC SERVER mapped_${n}`,
    alter: [
      ({ n }) => `ALTER USER MAPPING FOR PUBLIC SERVER mapped_${n} OPTIONS (SET user 'z')`,
      ({ n }) => `ALTER USER MAPPING FOR PUBLIC SERVER mapped_${n} OPTIONS (ADD password 'secret')`,
    ],
  },
  {
    name: 'foreign',
    create: ({ n, random }) =>
      `CREATE FOREIGN TABLE gen.foreign_${n} (a integer, b ${random.pick(['text', 'date'])}) SERVER gen_server OPTIONS (x 'y')`,
    drop: ({ n }) => `DROP FOREIGN TABLE gen.foreign_${n}`,
    alter: [
      ({ n }) => `ALTER FOREIGN TABLE gen.foreign_${n} OPTIONS (SET x 'z')`,
      ({ n }) => `ALTER FOREIGN TABLE gen.foreign_${n} ALTER COLUMN a OPTIONS (ADD p 'q')`,
      ({ n }) => `ALTER FOREIGN TABLE gen.foreign_${n} ADD COLUMN c integer`,
      ({ n }) => `ALTER FOREIGN TABLE gen.foreign_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'publication',
    create: ({ n, random }) =>
      `CREATE PUBLICATION publication_${n} FOR TABLE gen.keyed WITH (publish = '${random.pick(['insert', 'insert, update'])}')`,
    drop: ({ n }) => `DROP PUBLICATION publication_${n}`,
    alter: [
      ({ n }) => `ALTER PUBLICATION publication_${n} ADD TABLE ONLY gen.parent`,
      ({ n }) => `ALTER PUBLICATION publication_${n} SET TABLE ONLY gen.parent`,
      ({ n }) => `ALTER PUBLICATION publication_${n} SET (publish = 'delete')`,
      ({ n }) => `ALTER PUBLICATION publication_${n} SET (publish_via_partition_root)`,
      ({ n }) => `ALTER PUBLICATION publication_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'subscription',
    create: ({ n, random }) =>
      `CREATE SUBSCRIPTION subscription_${n} CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE, binary = ${random.pick(['on', 'off'])})`,
    since: 14,
    drop: ({ n }) => `DROP SUBSCRIPTION subscription_${n}`,
    alter: [
      ({ n }) => `ALTER SUBSCRIPTION subscription_${n} CONNECTION 'dbname=elsewhere'`,
      ({ n }) => `ALTER SUBSCRIPTION subscription_${n} SET PUBLICATION q WITH (refresh = false)`,
      ({ n }) => `ALTER SUBSCRIPTION subscription_${n} SET (synchronous_commit = remote_write)`,
      ({ n }) => `ALTER SUBSCRIPTION subscription_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'event_trigger',
    create: ({ n, random }) =>
      `CREATE EVENT TRIGGER event_trigger_${n} ON ${random.pick(['ddl_command_end', 'sql_drop'])} WHEN TAG IN ('CREATE TRANSFORM', 'DROP TRANSFORM') EXECUTE FUNCTION gen.on_event()`,
    // The tags are never used here.
    drop: ({ n }) => `DROP EVENT TRIGGER event_trigger_${n}`,
    alter: [
      ({ n }) => `ALTER EVENT TRIGGER event_trigger_${n} DISABLE`,
      ({ n }) => `ALTER EVENT TRIGGER event_trigger_${n} ENABLE ALWAYS`,
      ({ n }) => `ALTER EVENT TRIGGER event_trigger_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'extension',
    since: 13,
    create: () => 'CREATE EXTENSION citext SCHEMA gen',
    drop: () => 'DROP EXTENSION citext',
    alter: [() => 'ALTER EXTENSION citext SET SCHEMA gen_other'],
  },
  {
    name: 'commented',
    needs: ({ n }) => `CREATE TABLE gen.commented_${n} (a integer)`,
    create: ({ n, random }) =>
      `COMMENT ON ${random.pick([`TABLE gen.commented_${n}`, `COLUMN gen.commented_${n}.a`])} IS 'text ${n}'`,
    drop: ({ n }) => `COMMENT ON TABLE gen.commented_${n} IS NULL; COMMENT ON COLUMN gen.commented_${n}.a IS NULL`,
    alter: [({ n }) => `COMMENT ON TABLE gen.commented_${n} IS 'another'`],
  },
  {
    name: 'granted',
    needs: ({ n }) => `CREATE TABLE gen.granted_${n} (a integer, b text)`,
    create: ({ n, random, role }) =>
      `GRANT ${random.pick(['SELECT', 'INSERT', 'SELECT (a)', 'ALL'])} ON gen.granted_${n} TO ${role}`,
    drop: ({ n, role }) => `REVOKE ALL ON gen.granted_${n} FROM ${role}`,
    alter: [
      ({ n, role }) => `GRANT DELETE ON gen.granted_${n} TO ${role} WITH GRANT OPTION`,
      ({ n }) => `GRANT UPDATE (b) ON gen.granted_${n} TO PUBLIC`,
    ],
  },
  {
    name: 'defaults',
    needs: ({ n }) => `CREATE SCHEMA defaults_${n}`,
    create: ({ n, random }) =>
      `ALTER DEFAULT PRIVILEGES IN SCHEMA defaults_${n} GRANT ${random.pick(['SELECT ON TABLES', 'USAGE ON SEQUENCES', 'EXECUTE ON FUNCTIONS', 'USAGE ON TYPES'])} TO PUBLIC`,
    drop: ({ n }) =>
      ['ALL ON TABLES', 'ALL ON SEQUENCES', 'ALL ON FUNCTIONS', 'ALL ON TYPES']
        .map((what) => `ALTER DEFAULT PRIVILEGES IN SCHEMA defaults_${n} REVOKE ${what} FROM PUBLIC`)
        .join('; '),
    alter: [({ n, role }) => `ALTER DEFAULT PRIVILEGES IN SCHEMA defaults_${n} GRANT INSERT ON TABLES TO ${role}`],
  },
];
