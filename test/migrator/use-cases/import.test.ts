import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FOREIGN_TOOLS } from '../../../src/core/tools/names.js';
import {
  ConfigurationError,
  type ForeignTool,
  HistoryTableError,
  type MigratorOptions,
} from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { FOREIGN_EXAMPLES, type ForeignExample } from './foreign-examples.js';

const db = useEmptyDatabase('import');
// Tools write times without a zone in that of the database, which is not the one of this process.
beforeAll(() => db.query(`ALTER DATABASE "${db.name}" SET TimeZone = 'Asia/Tokyo'`));
afterEach(() => expectNoLeftovers(db));

const exampleOf = (tool: ForeignTool): ForeignExample =>
  FOREIGN_EXAMPLES.find((example) => example.tool === tool) as ForeignExample;

async function taken(
  { made, files, layout, pattern }: ForeignExample,
  options: MigratorOptions = {},
): Promise<ObservedMigrator> {
  await db.query(made);
  return migratorOn(db, files, { layout, ...(pattern && { pattern }), ...options });
}

/**
 * Everything about tables that anybody could change: each row with its version and place, columns, constraints,
 * indexes.
 */
async function imageOf(tables: readonly string[]): Promise<unknown> {
  const images = tables.map(async (table) => [
    (await db.query(`SELECT t::text, xmin::text, xmax::text, ctid::text FROM "${table}" AS t ORDER BY ctid`)).rows,
    (await db.query(`SELECT a.* FROM pg_attribute a WHERE attrelid = '"${table}"'::regclass ORDER BY attnum`)).rows,
    (await db.query(`SELECT oid, relfilenode, relowner, relacl FROM pg_class WHERE oid = '"${table}"'::regclass`)).rows,
    (
      await db.query(
        `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = '${table}' ORDER BY 1`,
      )
    ).rows,
  ]);
  return Promise.all(images);
}

const historyExists = async (): Promise<boolean> =>
  (await db.query<{ name: string | null }>("SELECT to_regclass('shared.schema_migrations')::text AS name")).rows[0]
    ?.name !== null;

test('there is an example for every tool', () => {
  expect(FOREIGN_EXAMPLES.map(({ tool }) => tool).toSorted()).toEqual(FOREIGN_TOOLS.toSorted());
});

describe.each(FOREIGN_EXAMPLES.map((example) => [example.tool, example] as const))(
  'taking over from %s',
  (tool, example) => {
    test('records what it has applied, lists what has no file, runs nothing and leaves its tables as they are', async () => {
      const { migrator } = await taken(example);
      const [before, made] = [await imageOf(example.tables), await relations(db)];
      expect(await migrator.importFrom(tool)).toEqual({
        recorded: Object.keys(example.recorded),
        alreadyRecorded: [],
        unmatched: example.unmatched,
      });
      expect(await imageOf(example.tables)).toEqual(before);
      expect(await relations(db)).toEqual(made);
    });

    test('records its times, and now where it has none', async () => {
      const { migrator } = await taken(example);
      const start = Date.now();
      await migrator.importFrom(tool);
      const rows = new Map((await historyOf(db)).map((row) => [row.migration_file, row]));
      expect([...rows.keys()].toSorted()).toEqual(Object.keys(example.recorded).toSorted());
      for (const [file, time] of Object.entries(example.recorded)) {
        const row = rows.get(file);
        expect(row).toMatchObject({ error_message: null, running: false, origin: 'import', execution_time_ms: null });
        expect(row?.checksum).toMatch(/^[0-9a-f]{64}$/);
        const [from, to] = time === null ? [start - 60_000, Date.now() + 60_000] : [Date.parse(time), Date.parse(time)];
        expect(row?.executed_at.getTime()).toBeGreaterThanOrEqual(from);
        expect(row?.executed_at.getTime()).toBeLessThanOrEqual(to);
      }
    });

    test('records nothing the second time, and then only the rest runs', async () => {
      const { migrator } = await taken(example);
      await migrator.importFrom(tool);
      const [before, history] = [await imageOf(example.tables), await historyOf(db)];
      expect(await migrator.importFrom(tool)).toEqual({
        recorded: [],
        alreadyRecorded: Object.keys(example.recorded),
        unmatched: example.unmatched,
      });
      expect(await historyOf(db)).toEqual(history);
      expect((await migrator.migrate()).applied).toEqual(example.rest);
      expect(await migrator.drift()).toEqual([]);
      expect((await migrator.migrate()).applied).toEqual([]);
      expect(await imageOf(example.tables)).toEqual(before);
    });

    test('records nothing when its table is empty', async () => {
      const { migrator } = await taken(example);
      await db.query(`DELETE FROM "${example.tables[0]}"`);
      expect(await migrator.importFrom(tool)).toEqual({ recorded: [], alreadyRecorded: [], unmatched: [] });
      expect(await outcomes(db)).toEqual({});
    });

    test('is refused when its table is not there, and makes no table of ours', async () => {
      const { migrator } = await migratorOn(db, {});
      const error = await failureOf(migrator.importFrom(tool), HistoryTableError);
      expect(error.message).toBe(
        `The table "${example.tables[0]}" of ${tool} does not exist. Name the right one with importFrom('${tool}', { table }). [HISTORY_TABLE]`,
      );
      expect(await historyExists()).toBe(false);
    });

    test('is refused when its table is something else', async () => {
      await db.query(`CREATE TABLE "${example.tables[0]}" (id int, something text)`);
      const { migrator } = await migratorOn(db, {});
      const error = await failureOf(migrator.importFrom(tool), HistoryTableError);
      expect(error.message).toContain(`"${example.tables[0]}" is not a table of ${tool}: it has no column `);
      expect(await historyExists()).toBe(false);
    });
  },
);

describe('a time without a zone', () => {
  test.each<[ForeignTool, string]>([
    ['goose', 'UPDATE goose_db_version SET tstamp = DEFAULT'],
    ['flyway', 'UPDATE flyway_schema_history SET installed_on = DEFAULT'],
    ['node-pg-migrate', 'UPDATE pgmigrations SET run_on = NOW()'],
  ])('that %s wrote just now is just now', async (tool, write) => {
    const { migrator } = await taken(exampleOf(tool));
    await db.query(write);
    await migrator.importFrom(tool);
    for (const { executed_at } of await historyOf(db))
      expect(Math.abs(executed_at.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test('that is infinite is none', async () => {
    const { migrator } = await taken(exampleOf('goose'));
    await db.query(`UPDATE goose_db_version SET tstamp = 'infinity'`);
    expect((await migrator.importFrom('goose')).recorded).toHaveLength(3);
  });
});

describe('golang-migrate', () => {
  test('that is dirty is refused: nothing shows what is applied', async () => {
    const { migrator } = await taken(exampleOf('golang-migrate'));
    await db.query('UPDATE schema_migrations SET dirty = true');
    const before = await imageOf(['schema_migrations']);
    const error = await failureOf(migrator.importFrom('golang-migrate'), HistoryTableError);
    expect(error.message).toMatch(/^Nothing was imported: version 10 is dirty/);
    expect(await historyExists()).toBe(false);
    expect(await imageOf(['schema_migrations'])).toEqual(before);
  });

  test('at a version without a file has applied all that is below it', async () => {
    const { migrator } = await taken(exampleOf('golang-migrate'));
    await db.query('UPDATE schema_migrations SET version = 5');
    expect(await migrator.importFrom('golang-migrate')).toMatchObject({
      recorded: ['000001_a.up.sql', '000002_b.up.sql'],
      unmatched: ['version 5'],
    });
  });
});

const elsewhere = (schema: string, table: string): string =>
  `CREATE SCHEMA IF NOT EXISTS "${schema}"; CREATE TABLE "${schema}"."${table}" AS SELECT 1 AS id, '1_a.js' AS name, 1 AS batch, now() AS migration_time`;

describe('its table', () => {
  const files = { '1_a.sql': 'SELECT nope;' };

  test.each<[string, string, string]>([
    ['tools.history', 'tools', 'history'],
    ['history', 'public', 'history'],
    ['"My Tools"."The ""History"""', 'My Tools', 'The "History"'],
  ])('may be %s', async (table, schema, name) => {
    await db.query(elsewhere(schema, name.replaceAll('"', '""')));
    const { migrator } = await migratorOn(db, files);
    expect(await migrator.importFrom('knex', { table })).toMatchObject({ recorded: ['1_a.sql'] });
  });

  test('is found along the search path when nothing else is said', async () => {
    await db.query(elsewhere('app', 'knex_migrations'));
    const { migrator } = await migratorOn(db, files, {
      connection: { connectionString: db.connectionString, options: '-c search_path=app' },
    });
    expect(await migrator.importFrom('knex')).toMatchObject({ recorded: ['1_a.sql'] });
  });

  test.each(['a.b.c', '', 'x; DROP TABLE y'])('may not be %j', async (table) => {
    const { migrator } = await migratorOn(db, files);
    const error = await failureOf(migrator.importFrom('knex', { table }), ConfigurationError);
    expect(error.code).toBe('INVALID_TABLE');
  });

  test('may not be the one of our own history', async () => {
    const example = exampleOf('golang-migrate');
    const { migrator } = await taken(example, { table: 'public.schema_migrations' });
    const before = await imageOf(example.tables);
    const error = await failureOf(migrator.importFrom('golang-migrate'), HistoryTableError);
    expect(error.message).toContain('belongs to something else');
    expect(await imageOf(example.tables)).toEqual(before);
  });
});

test('an unknown tool is refused with the names of the known ones', async () => {
  const { migrator } = await migratorOn(db, {});
  const error = await failureOf(migrator.importFrom('liquibase' as ForeignTool), ConfigurationError);
  expect(error.code).toBe('INVALID_OPTIONS');
  expect(error.message).toContain(`unknown tool "liquibase"; expected one of ${FOREIGN_TOOLS.join(', ')}`);
});

test('a caller whose pool has one connection gets it back', async () => {
  const example = exampleOf('sqlx');
  const pool = db.pool({ max: 1 });
  const { migrator } = await taken(example, { pool });
  expect((await migrator.importFrom('sqlx')).recorded).toHaveLength(2);
  await failureOf(migrator.importFrom('knex'), HistoryTableError);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
