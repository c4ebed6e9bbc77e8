import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { HistoryTableError, makeMigrator, type MigratorOptions } from '../../../src/migrator.js';
import { ConfigurationError } from '../../../src/core/errors/input-errors.js';
import { serverRole } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { files } from './history-files.js';
import { readersOf } from './readers-of.js';
import { useRoles } from './roles.js';

const db = useEmptyDatabase('history_table');
afterEach(() => expectNoLeftovers(db));
const newRole = useRoles(db);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a first run', () => {
  test('creates schema and table and records each file with time, duration and checksum', async () => {
    const before = new Date();
    const { migrator, events } = await migratorOn(db, files);
    const run = await migrator.migrate();
    expect(run).toMatchObject({ applied: Object.keys(files), adopted: [] });
    const rows = await historyOf(db);
    expect(rows.map((row) => [row.migration_file, row.checksum])).toEqual(
      Object.entries(files).map(([file, text]) => [file, sha256(text)]),
    );
    for (const row of rows) {
      expect(row).toMatchObject({
        error_message: null,
        running: false,
        origin: 'migrate',
        run_id: run.runId,
        executed_by: serverRole(),
        execution_time_ms: expect.any(Number),
        canonical_checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        steps_total: null,
        notices: null,
      });
      expect(row.executed_at.getTime()).toBeGreaterThanOrEqual(before.getTime() - 50);
      expect(row.started_at?.getTime()).toBeLessThanOrEqual(row.executed_at.getTime());
    }
    expect(events.filter(({ type }) => type === 'migration-applied')).toHaveLength(3);
    expect(await relations(db)).toEqual(['a', 'b', 'c']);
  });

  test('makes the original four columns what they always were, and comments every column', async () => {
    await (await migratorOn(db, files)).migrator.migrate();
    const { rows } = await db.query(
      `SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns
        WHERE table_schema = 'shared' AND table_name = 'schema_migrations' ORDER BY ordinal_position LIMIT 4`,
    );
    expect(rows).toEqual([
      { column_name: 'migration_file', data_type: 'text', is_nullable: 'NO', column_default: null },
      { column_name: 'executed_at', data_type: 'timestamp with time zone', is_nullable: 'NO', column_default: 'now()' },
      { column_name: 'execution_time_ms', data_type: 'integer', is_nullable: 'YES', column_default: null },
      { column_name: 'error_message', data_type: 'text', is_nullable: 'YES', column_default: null },
    ]);
    const uncommented = await db.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = 'shared.schema_migrations'::regclass AND attnum > 0
          AND col_description(attrelid, attnum) IS NULL`,
    );
    expect(uncommented.rows).toEqual([]);
  });

  test('creates the table in a schema that exists, without the right to create schemas', async () => {
    await db.query('CREATE SCHEMA shared');
    const role = await newRole('GRANT USAGE, CREATE ON SCHEMA shared, public TO');
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    await migrator.migrate();
    expect(await outcomes(db)).toEqual({ '001_a.sql': 'applied', '002_b.sql': 'applied', '003_c.sql': 'applied' });
  });

  test.each<[string, string, string[]]>([
    ['audit.log', 'audit.log', ['audit', 'log']],
    ['just_a_table', 'shared.just_a_table', ['shared', 'just_a_table']],
    ['Audit.Log', 'audit.log', ['audit', 'log']],
    ['"My Schema"."a.b"', '"My Schema"."a.b"', ['My Schema', 'a.b']],
    ['"dro""p"."ta$body$ble\'; --"', '"dro""p"."ta$body$ble\'; --"', ['dro"p', "ta$body$ble'; --"]],
    ['select."table"', '"select"."table"', ['select', 'table']],
    ['_1."ünïcode 😀"', '_1."ünïcode 😀"', ['_1', 'ünïcode 😀']],
  ])('with the table option %j creates %s', async (table, qualified, [schema, name]) => {
    const { migrator, warnings } = await migratorOn(db, files, { table });
    await migrator.migrate();
    expect(Object.keys(await outcomes(db, qualified))).toHaveLength(3);
    expect((await migrator.status()).summary).toMatchObject({ applied: 3, pending: 0 });
    expect(
      (await db.query('SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = $2', [schema, name])).rowCount,
    ).toBe(1);
    expect(warnings()).toEqual([]);
  });

  test('keeps two histories in one database apart', async () => {
    const one = await migratorOn(db, { '1.sql': 'CREATE TABLE one ()' }, { table: 'one' });
    const two = await migratorOn(db, { '1.sql': 'CREATE TABLE two ()' }, { table: 'two' });
    await Promise.all([one.migrator.migrate(), two.migrator.migrate()]);
    expect(await relations(db)).toEqual(['one', 'two']);
  });
});

describe('a table option that is no name', () => {
  test.each([
    '',
    ' ',
    'a.b.c',
    'a b',
    'shared.schema_migrations; DROP TABLE users',
    'shared.x" (id int); DROP SCHEMA public CASCADE; --',
    `x'; SELECT 1; --`,
    '"open',
    'a."".b',
    '""',
    'a.',
    '.a',
    '1a',
    'a\nb',
    `"nul\0"`,
    'a'.repeat(64),
    `shared."${'é'.repeat(32)}"`,
  ])('%j is refused before anything is connected', (table) => {
    const options: MigratorOptions = {
      connectionString: 'postgres://nobody@127.0.0.1:1/none',
      directory: '/tmp',
      table,
    };
    expect(() => makeMigrator(options)).toThrow(ConfigurationError);
  });
});

describe('what is not a history table', () => {
  const intruders: [sentence: string, ddl: string, message: RegExp][] = [
    ['a table of another tool', 'CREATE TABLE shared.schema_migrations (version varchar(128) PRIMARY KEY, dirty boolean)', /belongs to something else: it has no column migration_file \(its columns: version, dirty\)/],
    ['a table without columns', 'CREATE TABLE shared.schema_migrations ()', /belongs to something else/],
    ['a view', `CREATE VIEW shared.schema_migrations AS SELECT '001_a.sql'::text AS migration_file`, /is not a table/],
    ['a view with every column', `CREATE TABLE shared.t (migration_file text, executed_at timestamptz, execution_time_ms int, error_message text, running boolean, checksum text, canonical_checksum text, origin text, steps_done int, steps_total int, done_checksum text); CREATE VIEW shared.schema_migrations AS TABLE shared.t`, /is not a table/],
    ['a materialized view', `CREATE MATERIALIZED VIEW shared.schema_migrations AS SELECT 1 AS version`, /is not a table/],
    ['a sequence', 'CREATE SEQUENCE shared.schema_migrations', /is not a table/],
    ['a composite type', 'CREATE TYPE shared.schema_migrations AS (migration_file text)', /is not a table/],
    ['an index', 'CREATE TABLE shared.t (a int); CREATE INDEX schema_migrations ON shared.t (a)', /is not a table/],
  ]; // prettier-ignore

  test.each(intruders)('%s is refused, and left untouched', async (_sentence, ddl, message) => {
    await db.query(`CREATE SCHEMA shared; ${ddl}`);
    const image = async (): Promise<unknown> =>
      (
        await db.query(
          `SELECT c.oid, c.relname, c.relkind, c.relnatts, c.xmin FROM pg_class c WHERE relnamespace = 'shared'::regnamespace ORDER BY 1`,
        )
      ).rows;
    const before = await image();
    const { migrator } = await migratorOn(db, files);
    const error = await failureOf(migrator.migrate(), HistoryTableError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('left untouched');
    expect(await image()).toEqual(before);
    expect(await relations(db)).toEqual([]);
  });

  test('a table of another tool is refused by every reader too', async () => {
    await db.query('CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (version int)');
    const { migrator } = await migratorOn(db, files);
    for (const read of readersOf(migrator))
      expect(await failureOf(read(), HistoryTableError)).toMatchObject({ code: 'HISTORY_TABLE' });
  });
});
