import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { DatabaseError, HistoryTableError, makeMigrator, type MigratorOptions } from '../../../src/migrator.js';
import { ConfigurationError } from '../../../src/core/errors/errors.js';
import { prepareTable } from '../../../src/postgres/history/history-table.js';
import { serverRole, withClient } from '../../support/database.js';
import { useEmptyDatabase } from '../../support/empty-database.js';
import { failureOf } from '../../support/failure-of.js';
import { historyOf, outcomes, relations } from '../../support/history-of.js';
import { expectNoLeftovers } from '../../support/leftovers.js';
import { migratorOn } from '../../support/migrator-on.js';

const db = useEmptyDatabase('history_table');
afterEach(() => expectNoLeftovers(db));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const columnsOf = async (table: string): Promise<string[]> =>
  (
    await db.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [table],
    )
  ).rows.map(({ name }) => name);
/** Everything about a table that a run could change. */
const imageOf = async (table: string): Promise<unknown> => [
  await columnsOf(table),
  (await db.query(`SELECT ctid::text, xmin::text, t::text FROM ${table} t ORDER BY 1`)).rows,
];

const files = {
  '001_a.sql': 'CREATE TABLE a ();',
  '002_b.sql': 'CREATE TABLE b ();',
  '003_c.sql': 'CREATE TABLE c ();',
};

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

describe('a table made by an older runner or by hand', () => {
  const shapes: [sentence: string, ddl: string][] = [
    ['with the four columns', 'migration_file text PRIMARY KEY, executed_at timestamptz NOT NULL DEFAULT now(), execution_time_ms integer, error_message text'],
    ['with times without a time zone', 'migration_file text PRIMARY KEY, executed_at timestamp DEFAULT now(), execution_time_ms integer, error_message text'],
    ['with short strings', 'migration_file varchar(255) PRIMARY KEY, executed_at timestamptz DEFAULT now(), execution_time_ms bigint, error_message varchar(2000)'],
    ['with a serial id and a unique name', 'id serial PRIMARY KEY, migration_file varchar(255) UNIQUE NOT NULL, executed_at timestamp DEFAULT CURRENT_TIMESTAMP, execution_time_ms numeric, error_message text'],
    ['without a key', 'migration_file text, executed_at timestamptz DEFAULT now(), execution_time_ms integer, error_message text'],
    ['with a partial key only', 'migration_file text, executed_at timestamptz DEFAULT now(), execution_time_ms integer, error_message text); CREATE UNIQUE INDEX ON shared.schema_migrations (migration_file) WHERE (error_message IS NULL'],
    ['with a deferrable key only', 'migration_file text UNIQUE DEFERRABLE, executed_at timestamptz DEFAULT now(), execution_time_ms integer, error_message text'],
    ['with a key over two columns only', 'migration_file text, executed_at timestamptz DEFAULT now(), execution_time_ms integer, error_message text, UNIQUE (migration_file, executed_at)'],
    ['with columns of its own', 'migration_file text PRIMARY KEY, executed_at timestamptz DEFAULT now(), execution_time_ms integer, error_message text, ticket text, "Weird Column" int DEFAULT 7'],
    ['with just the name', 'migration_file text'],
    ['with just the name as key', 'migration_file text PRIMARY KEY'],
  ]; // prettier-ignore

  test.each(shapes)('%s is upgraded without losing a row, and goes on', async (_sentence, ddl) => {
    await db.query(`CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (${ddl})`);
    await db.query(`INSERT INTO shared.schema_migrations (migration_file) VALUES ('001_a.sql'), ('000_gone.sql')`);
    const complete = ddl.includes('error_message');
    if (complete)
      await db.query(
        `INSERT INTO shared.schema_migrations (migration_file, executed_at, execution_time_ms, error_message) VALUES ('002_b.sql', '2024-02-29 12:00:00', 17, 'it failed')`,
      );
    const before = (await db.query('SELECT * FROM shared.schema_migrations')).fields.map(({ name }) => name);

    const { migrator, warnings } = await migratorOn(db, files);
    expect((await migrator.migrate()).applied).toEqual(['002_b.sql', '003_c.sql']);
    expect(await outcomes(db)).toEqual({
      '000_gone.sql': 'applied',
      '001_a.sql': 'applied',
      '002_b.sql': 'applied',
      '003_c.sql': 'applied',
    });
    expect(await relations(db)).toEqual(['b', 'c']);
    expect((await columnsOf('shared.schema_migrations')).slice(0, before.length)).toEqual(before);
    expect(warnings().join()).toContain('1 applied migration(s) were recorded without a checksum');
    expect(await migrator.migrate()).toMatchObject({ applied: [], adopted: [] });
    // Registering by hand goes on working. The server does not know ON CONFLICT beside a deferrable key.
    if (ddl.includes('DEFERRABLE')) return;
    await db.query(`INSERT INTO shared.schema_migrations (migration_file) VALUES ('004_d.sql') ON CONFLICT DO NOTHING`);
    expect((await migrator.status()).summary).toMatchObject({ applied: 5, ahead: 1 });
  });

  test('keeps what its rows say', async () => {
    await db.query(
      `CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text PRIMARY KEY, executed_at timestamp, execution_time_ms integer, error_message text)`,
    );
    await db.query(
      `INSERT INTO shared.schema_migrations VALUES ('001_a.sql', '2024-02-29 12:00:00.5', 17, NULL), ('002_b.sql', '2024-03-01', 18, NULL), ('zzz.sql', NULL, NULL, NULL)`,
    );
    const { migrator } = await migratorOn(db, files);
    await migrator.migrate();
    const { rows } = await db.query(
      `SELECT migration_file, executed_at::text, execution_time_ms FROM shared.schema_migrations WHERE migration_file <> '003_c.sql' ORDER BY 1`,
    );
    expect(rows).toEqual([
      { migration_file: '001_a.sql', executed_at: '2024-02-29 12:00:00.5', execution_time_ms: 17 },
      { migration_file: '002_b.sql', executed_at: '2024-03-01 00:00:00', execution_time_ms: 18 },
      { migration_file: 'zzz.sql', executed_at: null, execution_time_ms: null },
    ]);
    expect((await migrator.history()).map(({ file }) => file)).toEqual([
      'zzz.sql',
      '001_a.sql',
      '002_b.sql',
      '003_c.sql',
    ]);
  });

  test('is read as it is before any run: status, plan and health change nothing', async () => {
    await db.query(
      `CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text); INSERT INTO shared.schema_migrations VALUES ('001_a.sql')`,
    );
    const before = await imageOf('shared.schema_migrations');
    const { migrator } = await migratorOn(db, files);
    expect((await migrator.status()).migrations.map(({ state }) => state)).toEqual([
      'unverified',
      'pending',
      'pending',
    ]);
    await migrator.plan();
    await migrator.health();
    await migrator.history();
    expect(await imageOf('shared.schema_migrations')).toEqual(before);
  });

  test('without a key and with migrations recorded twice is refused with the list, and left untouched', async () => {
    await db.query(`CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text)`);
    await db.query(
      `INSERT INTO shared.schema_migrations VALUES ('001_a.sql'), ('001_a.sql'), ('002_b.sql'), ('x.sql'), ('x.sql'), ('x.sql'), (NULL), (NULL)`,
    );
    const before = await imageOf('shared.schema_migrations');
    const error = await failureOf((await migratorOn(db, files)).migrator.migrate(), HistoryTableError);
    expect(error).toMatchObject({ code: 'HISTORY_TABLE', table: 'shared.schema_migrations' });
    expect(error.message).toContain('001_a.sql (2 rows), x.sql (3 rows)');
    expect(await imageOf('shared.schema_migrations')).toEqual(before);
    expect(await relations(db)).toEqual([]);
  });

  test('without rights to upgrade it is refused with the remedy', async () => {
    await db.query(`CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text PRIMARY KEY)`);
    const role = await newRole('GRANT ALL ON SCHEMA shared, public TO', 'GRANT ALL ON ALL TABLES IN SCHEMA shared TO');
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    const error = await failureOf(migrator.migrate(), HistoryTableError);
    expect(error.message).toContain('ALTER TABLE "shared"."schema_migrations" OWNER TO');
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
    const reads = [
      () => migrator.status(),
      () => migrator.plan(),
      () => migrator.history(),
      () => migrator.health(),
      () => migrator.drift(),
      () => migrator.validate(),
    ];
    for (const read of reads)
      expect(await failureOf(read(), HistoryTableError)).toMatchObject({ code: 'HISTORY_TABLE' });
  });
});

describe('a role without the rights', () => {
  test('to read a table that somebody else made is told what to ask for', async () => {
    await db.query('CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text)');
    const role = await newRole('GRANT USAGE ON SCHEMA shared TO');
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    const error = await failureOf(migrator.status(), DatabaseError);
    expect(error.server).toMatchObject({ sqlstate: '42501', hint: expect.stringContaining('GRANT SELECT') });
  });

  test('to create the schema is told what to ask for; nothing is changed', async () => {
    const role = await newRole();
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    const error = await failureOf(migrator.migrate(), HistoryTableError);
    expect(error.message).toContain('has no right to create the schema shared');
    expect(error.message).toContain('CREATE SCHEMA "shared" AUTHORIZATION <migrating role>;');
    expect(await relations(db)).toEqual([]);
  });

  test('to create the table is told what to ask for', async () => {
    await db.query('CREATE SCHEMA shared');
    const { migrator } = await migratorOn(db, files, {
      connectionString: await newRole('GRANT USAGE ON SCHEMA shared TO'),
    });
    const error = await failureOf(migrator.migrate(), HistoryTableError);
    expect(error.message).toContain('GRANT CREATE, USAGE ON SCHEMA "shared" TO <migrating role>;');
  });

  test('to write anything can still read status, plan, history and health', async () => {
    await (await migratorOn(db, files)).migrator.migrate();
    const role = await newRole('GRANT USAGE ON SCHEMA shared TO', 'GRANT SELECT ON shared.schema_migrations TO');
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    expect((await migrator.status()).summary.applied).toBe(3);
    expect((await migrator.plan()).migrations).toEqual([]);
    expect(await migrator.history()).toHaveLength(3);
    expect((await migrator.health()).up).toBe(true);
    expect((await migrator.migrate()).applied).toEqual([]);
  });
});

let roles = 0;

/** A role that may log in and has these rights, and nothing else. It ends with its database: roles are the server's. */
async function newRole(...grants: string[]): Promise<string> {
  const name = `${db.name}_${++roles}`;
  await withClient(db.connectionString, async (client) => {
    await client.query(`CREATE ROLE "${name}" LOGIN PASSWORD '${name}'`);
    for (const grant of grants) await client.query(`${grant} "${name}"`);
  });
  const url = new URL(db.connectionString);
  url.username = name;
  url.password = name;
  return url.href;
}

afterEach(async () => {
  for (; roles > 0; roles--)
    await db.query(`DROP OWNED BY "${db.name}_${roles}" CASCADE; DROP ROLE "${db.name}_${roles}"`);
});

test('an upgrade that has to wait for the table lets readers through, and is tried again', async () => {
  await db.query('CREATE SCHEMA IF NOT EXISTS waiting; CREATE TABLE waiting.history (migration_file text PRIMARY KEY)');
  const name = { schema: 'waiting', table: 'history' };
  await withClient(db.connectionString, async (holder) => {
    await holder.query('BEGIN; SELECT FROM waiting.history');
    await withClient(db.connectionString, async (client) => {
      const preparing = prepareTable(client, name, { lockMs: 100, lockRetries: 20 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect((await db.query('SELECT migration_file FROM waiting.history')).rows).toEqual([]);
      await holder.query('COMMIT');
      await preparing;
    });
  });
  await expect(db.query('SELECT checksum FROM waiting.history')).resolves.toBeDefined();
});
