import { afterEach, describe, expect, test } from '@jest/globals';
import { HistoryScope } from '../../../src/core/target/history-scope.js';
import { HistoryTableError } from '../../../src/migrator.js';
import { install } from '../../../src/postgres/history/install.js';
import { connectionOn } from '../../support/database/connection-on.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { files } from './history-files.js';
import { nameOf, useRoles } from './roles.js';
import { columnsOf, imageOf } from './table-image.js';

const db = useEmptyDatabase('history_upgrade');
afterEach(() => expectNoLeftovers(db));
const newRole = useRoles(db);

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

  test.each(shapes)('%s is upgraded without losing a row, and used from then on', async (_sentence, ddl) => {
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
    expect((await columnsOf(db, 'shared.schema_migrations')).slice(0, before.length)).toEqual(before);
    expect(warnings()).toContain(
      `${db.name}/shared.schema_migrations has adopted the checksums of files that were recorded without one: 001_a.sql. [CHECKSUMS_ADOPTED]`,
    );
    expect(await migrator.migrate()).toMatchObject({ applied: [], adopted: [] });
    // Registering by hand still works. The server does not know ON CONFLICT beside a deferrable key.
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
    const before = await imageOf(db, 'shared.schema_migrations');
    const { migrator } = await migratorOn(db, files);
    expect((await migrator.status()).migrations.map(({ state }) => state)).toEqual([
      'unverified',
      'pending',
      'pending',
    ]);
    await migrator.plan();
    await migrator.health();
    await migrator.history();
    expect(await imageOf(db, 'shared.schema_migrations')).toEqual(before);
  });

  test('without a key and with migrations recorded twice is refused with the list, and left untouched', async () => {
    await db.query(`CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text)`);
    await db.query(
      `INSERT INTO shared.schema_migrations VALUES ('001_a.sql'), ('001_a.sql'), ('002_b.sql'), ('x.sql'), ('x.sql'), ('x.sql'), (NULL), (NULL)`,
    );
    const before = await imageOf(db, 'shared.schema_migrations');
    const error = await failureOf((await migratorOn(db, files)).migrator.migrate(), HistoryTableError);
    expect(error).toMatchObject({ code: 'HISTORY_TABLE', table: 'shared.schema_migrations' });
    expect(error.message).toContain('001_a.sql (2 rows), x.sql (3 rows)');
    expect(await imageOf(db, 'shared.schema_migrations')).toEqual(before);
    expect(await relations(db)).toEqual([]);
  });

  test('without rights to upgrade it is refused with the remedy', async () => {
    await db.query(`CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text PRIMARY KEY)`);
    const role = await newRole('GRANT ALL ON SCHEMA shared, public TO', 'GRANT ALL ON ALL TABLES IN SCHEMA shared TO');
    const { migrator } = await migratorOn(db, files, { connectionString: role });
    const error = await failureOf(migrator.migrate(), HistoryTableError);
    expect(error.message).toContain(`ALTER TABLE "shared"."schema_migrations" OWNER TO "${nameOf(role)}";`);
  });
});

test('an upgrade that has to wait for the table lets readers through, and is tried again', async () => {
  await db.query('CREATE SCHEMA IF NOT EXISTS waiting; CREATE TABLE waiting.history (migration_file text PRIMARY KEY)');
  const name = { schema: 'waiting', table: 'history' };
  await withClient(db.connectionString, async (holder) => {
    await holder.query('BEGIN; SELECT FROM waiting.history');
    await withClient(db.connectionString, async (client) => {
      const installing = install(connectionOn(client), new HistoryScope(name), {
        tableLockTimeoutMs: 100,
        tableLockRetries: 20,
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect((await db.query('SELECT migration_file FROM waiting.history')).rows).toEqual([]);
      await holder.query('COMMIT');
      await installing;
    });
  });
  await expect(db.query('SELECT checksum FROM waiting.history')).resolves.toBeDefined();
});
