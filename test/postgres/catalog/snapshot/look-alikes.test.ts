import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { catalogOf, differences, type ReadCatalog } from '../../../support/database/catalog-of.js';
import { createTestDatabase, withClient } from '../../../support/database/database.js';
import { testWithDump } from '../../../support/database/dump.js';
import { dumpInto } from '../../../support/programs/pg-dump.js';
import { until } from '../../../support/jest/until.js';
import { useTestDatabase } from '../../../support/server/use-test-database.js';
import { dropFixture, fixtureSql } from '../changes/fixture.js';

const ROLE = `lookalike_${process.pid}`;

/** Statements that change no schema. Each is committed; those after it see its effect. */
const HARMLESS = [
  "INSERT INTO app.customers (email) SELECT 'c' || g FROM generate_series(1, 100) AS g",
  "INSERT INTO app.orders (customer_id, note, kind) SELECT 1, 'n', 'a' FROM generate_series(1, 100)",
  "UPDATE app.orders SET note = 'm'",
  'DELETE FROM app.orders WHERE id > 90',
  "SELECT nextval('app.free'), setval('app.numbers', 77)",
  'ANALYZE',
  'VACUUM',
  'VACUUM FULL app.orders',
  'TRUNCATE app.scratch',
  'REFRESH MATERIALIZED VIEW app.totals',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY app.totals',
  'REFRESH MATERIALIZED VIEW app.totals WITH NO DATA',
  "CREATE TABLE app.events_2025 PARTITION OF app.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
  "CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id)",
  'CREATE TABLE app.events_2026_1 PARTITION OF app.events_2026 FOR VALUES IN (1)',
  'ALTER TABLE app.events_2024 ADD CHECK (id > 0)',
  'CREATE INDEX ON app.events_2025 (id)',
  "COMMENT ON TABLE app.events_2025 IS 'new'",
  'DROP TABLE app.events_2025',
  'REINDEX INDEX app.orders_placed',
  'REINDEX INDEX CONCURRENTLY app.orders_placed',
  'REINDEX TABLE CONCURRENTLY app.orders',
  'REINDEX SCHEMA app',
  'CREATE TEMPORARY TABLE of_a_session (a integer)',
  'ALTER TABLE app.orders ALTER COLUMN note SET NOT NULL; ALTER TABLE app.orders ALTER COLUMN note DROP NOT NULL',
  'ALTER TABLE app.orders ADD COLUMN passing text; ALTER TABLE app.orders DROP COLUMN passing',
  'ALTER TABLE app.orders SET (fillfactor = 90); ALTER TABLE app.orders RESET (fillfactor)',
  "CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b'",
  'ALTER TABLE app.orders DISABLE TRIGGER ALL; ALTER TABLE app.orders ENABLE TRIGGER ALL',
  'GRANT SELECT ON app.scratch TO public; REVOKE SELECT ON app.scratch FROM public',
  'GRANT SELECT (a) ON app.scratch TO public; REVOKE SELECT (a) ON app.scratch FROM public',
  'DROP INDEX app.orders_lower; CREATE INDEX orders_lower ON app.orders (lower(note))',
  "ALTER TYPE app.mood RENAME VALUE 'ok' TO 'fine'; ALTER TYPE app.mood RENAME VALUE 'fine' TO 'ok'",
  'CREATE SCHEMA passing; DROP SCHEMA passing',
  'CREATE TABLE app.orders_copy AS TABLE app.orders; DROP TABLE app.orders_copy',
];

/** Settings of whoever reads. */
const SETTINGS = [
  'search_path = app, other',
  'quote_all_identifiers = on',
  "TimeZone = 'Pacific/Auckland'",
  "DateStyle = 'German'",
  "IntervalStyle = 'sql_standard'",
  'extra_float_digits = -15',
  "bytea_output = 'escape'",
  'standard_conforming_strings = off',
];

describe('statements that do not change the schema make no difference', () => {
  afterAll(() => dropFixture(database, ROLE));

  const database = useTestDatabase();
  let recorded: ReadCatalog;

  beforeAll(async () => {
    await database.query(fixtureSql(ROLE));
    await database.query(
      "ALTER TABLE app.orders ADD rate float DEFAULT 0.1, ADD since interval DEFAULT '1 day 2 hours', ADD raw bytea DEFAULT '\\x00ff', ADD path text DEFAULT E'a\\\\b'",
    );
    recorded = await catalogOf(database.connectionString);
  });

  test.each(HARMLESS)('%s', async (sql) => {
    await withClient(database.connectionString, async (client) => {
      // One by one, because some run in no transaction.
      for (const statement of sql.split('; ')) await client.query(statement);
      const live = await catalogOf(database.connectionString);
      expect(differences(recorded, live)).toEqual([]);
      expect(live.fingerprint).toEqual(recorded.fingerprint);
    });
  });

  test.each(SETTINGS)('a different setting of the reader: %s', async (setting) => {
    const [name, value] = setting.split(' = ') as [string, string];
    const url = new URL(database.connectionString);
    url.searchParams.set('options', `-c ${name}=${value.replaceAll("'", '').replaceAll(' ', '\\ ')}`);
    const live = await catalogOf(url.href);
    expect(live.fingerprint).toEqual(recorded.fingerprint);
  });

  test('a role without privileges reads the same', async () => {
    const live = await catalogOf(database.connectionString, undefined, undefined, ROLE);
    expect(differences(recorded, live)).toEqual([]);
  });

  test('an index that is being built, or rebuilt, does not count yet', async () => {
    const [holder, builder] = [0, 1].map(() => new pg.Client({ connectionString: database.connectionString }));
    if (!holder || !builder) throw new Error('two clients');
    await Promise.all([holder.connect(), builder.connect()]);
    try {
      await holder.query('BEGIN; INSERT INTO app.customers (email) VALUES (clock_timestamp()::text)');
      const built = builder.query('REINDEX TABLE CONCURRENTLY app.customers');
      await until(async () => (await leftovers()) > 0);
      expect(differences(recorded, await catalogOf(database.connectionString))).toEqual([]);
      await holder.query('ROLLBACK');
      await built;
    } finally {
      await Promise.all([holder.end(), builder.end()]);
    }
    expect(await leftovers()).toBe(0);
    expect(differences(recorded, await catalogOf(database.connectionString))).toEqual([]);
  });

  async function leftovers(): Promise<number> {
    const { rows } = await database.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM pg_class c WHERE relname LIKE '%_ccnew%'",
    );
    return rows[0]?.n ?? 0;
  }

  testWithDump('a dump that is restored elsewhere', async () => {
    const other = await createTestDatabase('restored');
    try {
      await dumpInto(database.connectionString, other.connectionString);
      expect(differences(recorded, await catalogOf(other.connectionString))).toEqual([]);
      await withClient(other.connectionString, (client) => client.query(`DROP SUBSCRIPTION sub_${ROLE}`));
    } finally {
      await other.drop();
    }
  });
});
