import type { ForeignTool, LayoutName } from '../../../src/migrator.js';
import type { Files } from '../../support/migrator/migrator-on.js';

/** What another tool left in a database whose time zone is Asia/Tokyo, and its directory. */
export interface ForeignExample {
  readonly tool: ForeignTool;
  readonly layout: LayoutName;
  readonly pattern?: RegExp;
  /** Its tables, as it makes them, and its rows. */
  readonly made: string;
  readonly tables: readonly string[];
  readonly files: Files;
  /** Files that it has applied, in order, each with its time where the tool has one. */
  readonly recorded: Readonly<Record<string, string | null>>;
  readonly unmatched: readonly string[];
  /** Files that are left to run. */
  readonly rest: readonly string[];
}

/** The text of a file: it makes a table, so that to run it is seen, and to run it twice fails. */
const makes = (name: string): string => `CREATE TABLE made_${name} ();\n`;
const plain = (...names: string[]): Files =>
  Object.fromEntries(names.map((name, i) => [name, makes(String.fromCharCode(97 + i))]));
const sections = (up: string, down: string, ...names: string[]): Files =>
  Object.fromEntries(
    Object.entries(plain(...names)).map(([name, text]) => [name, `${up}\n${String(text)}\n${down}\nSELECT nope;\n`]),
  );

export const FOREIGN_EXAMPLES: readonly ForeignExample[] = [
  {
    tool: 'golang-migrate',
    layout: 'golang-migrate',
    made: `CREATE TABLE IF NOT EXISTS "public"."schema_migrations" (version bigint not null primary key, dirty boolean not null);
      INSERT INTO "public"."schema_migrations" (version, dirty) VALUES (10, false);`,
    tables: ['schema_migrations'],
    files: {
      ...plain('000002_b.up.sql', '000010_c.up.sql', '000011_d.up.sql', '000001_a.up.sql'),
      '000001_a.down.sql': 'SELECT nope;',
    },
    recorded: { '000001_a.up.sql': null, '000002_b.up.sql': null, '000010_c.up.sql': null },
    unmatched: [],
    rest: ['000011_d.up.sql'],
  },
  {
    tool: 'flyway',
    layout: 'flyway',
    pattern: /^(?!R__).*\.sql$/,
    made: `CREATE TABLE "public"."flyway_schema_history" (
        "installed_rank" INT NOT NULL, "version" VARCHAR(50), "description" VARCHAR(200) NOT NULL, "type" VARCHAR(20) NOT NULL,
        "script" VARCHAR(1000) NOT NULL, "checksum" INTEGER, "installed_by" VARCHAR(100) NOT NULL,
        "installed_on" TIMESTAMP NOT NULL DEFAULT now(), "execution_time" INTEGER NOT NULL, "success" BOOLEAN NOT NULL);
      ALTER TABLE "public"."flyway_schema_history" ADD CONSTRAINT "flyway_schema_history_pk" PRIMARY KEY ("installed_rank");
      CREATE INDEX "flyway_schema_history_s_idx" ON "public"."flyway_schema_history" ("success");
      INSERT INTO "public"."flyway_schema_history" VALUES
        (0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', '"public"', NULL, 'app', '2024-01-01 09:00:00', 0, true),
        (1, '1.1', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, 'app', '2024-01-01 09:00:01', 0, true),
        (2, '1.2', 'b', 'SQL', 'V1_2__b.sql', -1104531, 'app', '2024-01-02 09:00:00.25', 12, true),
        (3, '2', 'c', 'SQL', 'V2__c.sql', 77, 'app', '2024-01-03 09:00:00', 3, true),
        (4, '2', 'c', 'UNDO_SQL', 'U2__c.sql', 78, 'app', '2024-01-03 10:00:00', 3, true),
        (5, '3', 'Java', 'JDBC', 'db.migration.V3__Java', NULL, 'app', '2024-01-04 09:00:00', 3, true),
        (6, '4', 'old name', 'SQL', 'V4__old_name.sql', 79, 'app', '2024-01-05 09:00:00', 3, true),
        (7, NULL, 'views', 'SQL', 'R__views.sql', 80, 'app', '2024-01-05 09:00:00', 3, true),
        (8, '5', 'e', 'SQL', 'V5__e.sql', 81, 'app', '2024-01-06 09:00:00', 3, false),
        (9, NULL, 'views', 'SQL', 'R__views.sql', 82, 'app', '2024-01-07 09:00:00', 3, true);`,
    tables: ['flyway_schema_history'],
    files: {
      ...plain('V1__a.sql', 'V1_2__b.sql', 'V2__c.sql', 'nested/V4__d.sql', 'V5__e.sql'),
      'U2__c.sql': 'SELECT nope;',
      'R__views.sql': 'SELECT nope;',
    },
    recorded: {
      'V1__a.sql': '2024-01-01T00:00:01.000Z',
      'V1_2__b.sql': '2024-01-02T00:00:00.250Z',
      'nested/V4__d.sql': '2024-01-05T00:00:00.000Z',
    },
    unmatched: ['db.migration.V3__Java', 'R__views.sql'],
    rest: ['V2__c.sql', 'V5__e.sql'],
  },
  {
    tool: 'prisma',
    layout: 'prisma',
    made: `CREATE TABLE _prisma_migrations (
        id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
        migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
        started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0);
      INSERT INTO _prisma_migrations VALUES
        (gen_random_uuid(), repeat('a', 64), '2024-01-01T00:00:00.123Z', '20240101000000_a', NULL, NULL, '2024-01-01T00:00:00Z', 1),
        (gen_random_uuid(), repeat('b', 64), NULL, '20240102000000_b', 'ERROR', '2024-01-02T00:05:00Z', '2024-01-02T00:00:00Z', 0),
        (gen_random_uuid(), repeat('b', 64), '2024-01-02T00:10:00Z', '20240102000000_b', NULL, NULL, '2024-01-02T00:09:00Z', 1),
        (gen_random_uuid(), repeat('c', 64), NULL, '20240103000000_c', 'ERROR: syntax error', NULL, '2024-01-03T00:00:00Z', 0),
        (gen_random_uuid(), repeat('d', 64), NULL, '20240104000000_d', 'ERROR', '2024-01-04T00:05:00Z', '2024-01-04T00:00:00Z', 0),
        (gen_random_uuid(), repeat('e', 64), '2024-01-05T00:00:00Z', '20240105000000_gone', '', NULL, '2024-01-05T00:00:00Z', 0);`,
    tables: ['_prisma_migrations'],
    files: plain(
      '20240101000000_a/migration.sql',
      '20240102000000_b/migration.sql',
      '20240103000000_c/migration.sql',
      '20240104000000_d/migration.sql',
    ),
    recorded: {
      '20240101000000_a/migration.sql': '2024-01-01T00:00:00.123Z',
      '20240102000000_b/migration.sql': '2024-01-02T00:10:00.000Z',
    },
    unmatched: ['20240105000000_gone/migration.sql'],
    rest: ['20240103000000_c/migration.sql', '20240104000000_d/migration.sql'],
  },
  {
    tool: 'node-pg-migrate',
    layout: 'plain',
    made: `CREATE TABLE "public"."pgmigrations" (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
      INSERT INTO "public"."pgmigrations" (name, run_on) VALUES
        ('1706700000123_a', '2024-01-31 20:20:00.5'), ('1706700000456_b', '2024-02-01 09:00:00'), ('1706700000789_gone', '2024-02-01 09:00:00');`,
    tables: ['pgmigrations'],
    files: plain('1706700000123_a.sql', '1706700000456_b.up.sql', '1706700000999_c.sql'),
    recorded: {
      '1706700000123_a.sql': '2024-01-31T11:20:00.500Z',
      '1706700000456_b.up.sql': '2024-02-01T00:00:00.000Z',
    },
    unmatched: ['1706700000789_gone'],
    rest: ['1706700000999_c.sql'],
  },
  {
    tool: 'dbmate',
    layout: 'dbmate',
    made: `create table if not exists "public"."schema_migrations" (version varchar(128) primary key);
      insert into "public"."schema_migrations" (version) values ('20240101000000'), ('20240103000000'), ('20231231000000');`,
    tables: ['schema_migrations'],
    files: sections(
      '-- migrate:up',
      '-- migrate:down',
      '20240101000000_a.sql',
      '20240102000000_b.sql',
      '20240103000000_c.sql',
    ),
    recorded: { '20240101000000_a.sql': null, '20240103000000_c.sql': null },
    unmatched: ['version 20231231000000'],
    rest: ['20240102000000_b.sql'],
  },
  {
    tool: 'goose',
    layout: 'goose',
    made: `CREATE TABLE goose_db_version (id serial NOT NULL, version_id bigint NOT NULL, is_applied boolean NOT NULL,
        tstamp timestamp NULL default now(), PRIMARY KEY(id));
      INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES
        (0, true, '2024-01-01 09:00:00'), (1, true, '2024-01-01 09:00:01'), (2, true, '2024-01-01 09:00:02'), (2, false, '2024-01-01 09:00:03'),
        (3, true, '2024-01-01 09:00:04'), (3, false, '2024-01-01 09:00:05'), (3, true, '2024-01-01 09:00:06'), (4, true, NULL),
        (99, true, '2024-01-01 09:00:07');`,
    tables: ['goose_db_version'],
    files: sections('-- +goose Up', '-- +goose Down', '00001_a.sql', '00002_b.sql', '00003_c.sql', '00004_d.sql'),
    recorded: {
      '00001_a.sql': '2024-01-01T00:00:01.000Z',
      '00003_c.sql': '2024-01-01T00:00:06.000Z',
      '00004_d.sql': null,
    },
    unmatched: ['version 99'],
    rest: ['00002_b.sql'],
  },
  {
    tool: 'sqlx',
    layout: 'sqlx',
    made: `CREATE TABLE IF NOT EXISTS _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
        installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL);
      INSERT INTO _sqlx_migrations VALUES
        (20240101000000, 'a', '2024-01-01T00:00:00Z', TRUE, '\\x00ff', 1200345), (20240102000000, 'b', '2024-01-02T00:00:00Z', FALSE, '\\x01', -1),
        (20240103000000, 'c', '2024-01-03T00:00:00Z', TRUE, '\\x02', -1), (20240104000000, 'gone', '2024-01-04T00:00:00Z', TRUE, '\\x03', 5);`,
    tables: ['_sqlx_migrations'],
    files: {
      ...plain('20240101000000_a.sql', '20240102000000_b.sql', '20240103000000_c.up.sql'),
      '20240103000000_c.down.sql': 'SELECT nope;',
    },
    recorded: {
      '20240101000000_a.sql': '2024-01-01T00:00:00.000Z',
      '20240103000000_c.up.sql': '2024-01-03T00:00:00.000Z',
    },
    unmatched: ['version 20240104000000'],
    rest: ['20240102000000_b.sql'],
  },
  {
    tool: 'knex',
    layout: 'plain',
    made: `create table "knex_migrations" ("id" serial primary key, "name" varchar(255), "batch" integer, "migration_time" timestamptz);
      create table "knex_migrations_lock" ("index" serial primary key, "is_locked" integer);
      insert into "knex_migrations_lock" ("is_locked") values (0);
      insert into "knex_migrations" ("name", "batch", "migration_time") values
        ('20240101000000_a.js', 1, '2024-01-01T00:00:00.789Z'), ('20240102000000_b.ts', 1, '2024-01-02T00:00:00Z'), ('20240103000000_gone.js', 2, NULL);`,
    tables: ['knex_migrations', 'knex_migrations_lock'],
    files: plain('20240101000000_a.sql', '20240102000000_b.sql', '20240104000000_c.sql'),
    recorded: {
      '20240101000000_a.sql': '2024-01-01T00:00:00.789Z',
      '20240102000000_b.sql': '2024-01-02T00:00:00.000Z',
    },
    unmatched: ['20240103000000_gone.js'],
    rest: ['20240104000000_c.sql'],
  },
  {
    tool: 'typeorm',
    layout: 'plain',
    made: `CREATE TABLE "migrations" ("id" SERIAL NOT NULL, "timestamp" bigint NOT NULL, "name" character varying NOT NULL,
        CONSTRAINT "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY ("id"));
      INSERT INTO "migrations"("timestamp", "name") VALUES
        (1706700000123, 'CreateUsers1706700000123'), (1706700000456, 'AddAge1706700000456'), (1706700000789, 'Gone1706700000789');`,
    tables: ['migrations'],
    files: plain('1706700000123-CreateUsers.sql', '1706700000456-AddAge.sql', '1706700000999-Later.sql'),
    recorded: { '1706700000123-CreateUsers.sql': null, '1706700000456-AddAge.sql': null },
    unmatched: ['Gone1706700000789'],
    rest: ['1706700000999-Later.sql'],
  },
];
