import { afterEach, describe, expect, test } from '@jest/globals';
import { getExecutedMigrations, type MigrationEvent, runMigrationsWithTracking } from '../../../src/migrator.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { type Files, migratorOn } from '../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';

const db = useEmptyDatabase('pack');
afterEach(() => expectNoLeftovers(db));

const tables = (count: number): Files =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `${String(i + 1).padStart(3, '0')}_t.sql`,
      `CREATE TABLE t${i + 1} (id int);\nINSERT INTO t${i + 1} VALUES (1);\n-- done`,
    ]),
  );

/** @returns the number of round trips. */
const firstRun = async (files: Files): Promise<number> => {
  const proxy = await startCountingProxy(db.connectionString);
  const { migrator } = await migratorOn(proxy, files, {
    table: `history_of_${Object.keys(files).length}.migrations`,
    catalog: false, // recording it takes further round trips
  });
  const run = await migrator.migrate();
  expect(run.applied).toEqual(Object.keys(files));
  expect(proxy.traffic().connections).toBe(1);
  await db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  return proxy.traffic().roundTrips;
};

describe('round trips', () => {
  test('of a first run are as many for 40 files as for 5', async () => {
    const [five, forty] = [await firstRun(tables(5)), await firstRun(tables(40))];
    expect(forty).toBe(five);
    expect(five).toBeLessThanOrEqual(1 + 5);
  });

  test('of a later run are one, which only reads', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    const { migrator, directory } = await migratorOn(proxy, tables(5));
    await migrator.migrate();
    proxy.messages.length = 0;
    const again = await migratorOn(proxy, directory);
    expect(await again.migrator.migrate()).toMatchObject({ applied: [], adopted: [] });
    expect(proxy.messages).toEqual([
      expect.stringMatching(/^SELECT migration_file[^;]* FROM "shared"\."schema_migrations"$/),
    ]);
    expect(again.events.map(({ type }) => type)).toEqual(['run-started', 'run-finished']);
  });

  test('of a later run on a pool that is connected are one, and the client is given back', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    const directory = await migrationsDirectory(tables(3));
    const pool = db.pool({ connectionString: proxy.connectionString });
    await runMigrationsWithTracking(pool, { directory });
    await pool.query('SELECT 1');
    proxy.messages.length = 0;
    const connections = proxy.traffic().connections;
    await runMigrationsWithTracking(pool, { directory });
    expect(proxy.messages).toHaveLength(1);
    expect(proxy.traffic().connections).toBe(connections);
    expect(await getExecutedMigrations(pool, { directory })).toHaveLength(3);
    expect(proxy.messages).toHaveLength(2);
    await pool.end();
  });

  test('of a later run with nothing new change nothing in the history', async () => {
    const { migrator } = await migratorOn(db, tables(3));
    await migrator.migrate();
    const version = async (): Promise<unknown> =>
      (await db.query('SELECT xmin, ctid, t.* FROM shared.schema_migrations t')).rows;
    const before = await version();
    await migrator.migrate();
    expect(await version()).toEqual(before);
  });

  test('grow with the size of the files, so that no message is huge', async () => {
    const proxy = await startCountingProxy(db.connectionString);
    const files = Object.fromEntries(
      ['1', '2', '3'].map((n) => [`${n}.sql`, `CREATE TABLE t${n} (); -- ${'x'.repeat(600_000)}`]),
    );
    const { migrator } = await migratorOn(proxy, files);
    await migrator.migrate();
    expect(proxy.messages.filter((text) => text.includes('CREATE TABLE t'))).toHaveLength(3);
    expect(Object.keys(await outcomes(db))).toHaveLength(3);
  });
});

describe('what travels in one message', () => {
  test('stays apart: each migration is committed with its row before the next one begins', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE seen (file text, xid xid8, rows bigint)',
      '2.sql': `INSERT INTO seen SELECT '2', pg_current_xact_id(), count(*) FROM shared.schema_migrations`,
      '3.sql': `INSERT INTO seen SELECT '3', pg_current_xact_id(), count(*) FROM shared.schema_migrations WHERE error_message IS NULL`,
    });
    await migrator.migrate();
    const { rows } = await db.query('SELECT file, rows::int, count(*) OVER (PARTITION BY xid)::int AS same FROM seen');
    expect(rows).toEqual([
      { file: '2', rows: 2, same: 1 },
      { file: '3', rows: 2, same: 1 },
    ]);
  });

  test('waits for the disk once, at its last migration, and no file sees the setting', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `
        CREATE TABLE noted (file text, in_file text, at_commit text);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          UPDATE noted SET at_commit = current_setting('synchronous_commit') WHERE file = NEW.file;
          RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER noting AFTER INSERT ON noted DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();`,
      ...Object.fromEntries(
        ['2', '3', '4', '5'].map((file) => [
          `${file}.sql`,
          `INSERT INTO noted VALUES ('${file}', current_setting('synchronous_commit'), 'not committed')`,
        ]),
      ),
    });
    await db.query(`ALTER DATABASE ${db.name} SET synchronous_commit = local`);
    await migrator.migrate();
    await db.query(`ALTER DATABASE ${db.name} RESET synchronous_commit`);
    const { rows } = await db.query<Record<string, string>>('SELECT in_file, at_commit FROM noted ORDER BY file');
    expect(rows.map(({ in_file: inFile }) => inFile)).toEqual(['local', 'local', 'local', 'local']);
    expect(rows.map(({ at_commit: atCommit }) => atCommit)).toEqual(['off', 'off', 'off', 'local']);
  });

  test('reports each migration when it starts and when it is committed, while the message runs', async () => {
    const heard: { what: string; at: number }[] = [];
    const onEvent = (event: MigrationEvent): number =>
      heard.push({ what: `${event.type} ${'file' in event ? event.file : ''}`.trim(), at: performance.now() });
    const files = { '1.sql': 'SELECT pg_sleep(0.15)', '2.sql': 'SELECT 2', '3.sql': 'SELECT pg_sleep(0.15)' };
    const { migrator } = await migratorOn(db, files, { onEvent });
    await migrator.migrate();
    expect(heard.map(({ what }) => what)).toEqual([
      'run-started',
      'lock-acquired',
      'run-planned',
      'migration-started 1.sql',
      'migration-applied 1.sql',
      'migration-started 2.sql',
      'migration-applied 2.sql',
      'migration-started 3.sql',
      'migration-applied 3.sql',
      'run-finished',
    ]);
    const at = (what: string): number => heard.find((one) => one.what === what)?.at ?? 0;
    expect(at('migration-started 2.sql') - at('migration-started 1.sql')).toBeGreaterThan(120);
    expect(at('migration-applied 3.sql') - at('migration-started 3.sql')).toBeGreaterThan(120);
  });

  test('has the duration of each migration, in its event and in its row alike', async () => {
    const { migrator, events } = await migratorOn(db, { '1.sql': 'SELECT pg_sleep(0.12)', '2.sql': 'SELECT 1' });
    await migrator.migrate();
    const durations = events.flatMap((event) => (event.type === 'migration-applied' ? [event.durationMs] : []));
    const { rows } = await db.query<{ ms: number; waited: boolean }>(
      `SELECT execution_time_ms AS ms, executed_at - started_at > '0.1 s' AS waited FROM shared.schema_migrations ORDER BY migration_file`,
    );
    expect(rows.map(({ ms }) => ms)).toEqual(durations);
    expect(rows.map(({ waited }) => waited)).toEqual([true, false]);
    expect(durations[0]).toBeGreaterThanOrEqual(120);
    expect(durations[1]).toBeLessThan(100);
  });
});
