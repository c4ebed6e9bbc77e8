import { afterEach, describe, expect, test } from '@jest/globals';
import {
  ConfigurationError,
  getExecutedMigrations,
  MigrationFailedError,
  RefusedError,
  runMigrations,
  runMigrationsWithTracking,
} from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';

const db = useEmptyDatabase('untracked');
afterEach(() => expectNoLeftovers(db));

const hasHistory = async (): Promise<boolean> =>
  (await db.query(`SELECT FROM pg_class WHERE relname = 'schema_migrations'`)).rowCount !== 0;

const options = async (files: Record<string, string>): Promise<{ directory: string }> => ({
  directory: await migrationsDirectory(files),
});

describe('runMigrations', () => {
  test('runs every file, every time, in order, and makes no history', async () => {
    const directory = await migrationsDirectory({
      '1.sql': 'CREATE TABLE IF NOT EXISTS ran (n serial, file int); INSERT INTO ran (file) VALUES (1)',
      '2.sql': 'INSERT INTO ran (file) VALUES (2)',
      '10.sql': 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON ran (n); INSERT INTO ran (file) VALUES (10)',
    });
    const pool = db.pool({ max: 1 });
    for (let i = 0; i < 2; i++)
      expect((await runMigrations(pool, { directory })).applied).toEqual(['1.sql', '2.sql', '10.sql']);
    expect((await db.query('SELECT file FROM ran ORDER BY n')).rows.map(({ file }) => file)).toEqual([
      1, 2, 10, 1, 2, 10,
    ]);
    expect(await hasHistory()).toBe(false);
    await pool.end();
  });

  test('stops at the first failure, which leaves nothing and says where', async () => {
    const directory = await migrationsDirectory({
      '1.sql': 'CREATE TABLE one ()',
      '2.sql': 'CREATE TABLE two ();\nSELECT nope',
      '3.sql': 'CREATE TABLE three ()',
    });
    const pool = db.pool();
    const error = await failureOf(runMigrations(pool, { directory }), MigrationFailedError);
    expect(error.message).toContain('2.sql:2:8: column "nope" does not exist');
    expect(error.message).not.toContain('recorded');
    expect(error.failure).toMatchObject({ file: '2.sql', applied: ['1.sql'] });
    expect(error.failure.pending).toEqual(['3.sql']);
    expect(await relations(db)).toEqual(['one']);
    expect(await hasHistory()).toBe(false);
    await pool.end();
  });

  test('refuses what cannot be run before anything runs', async () => {
    const directory = await migrationsDirectory({ '1.sql': 'CREATE TABLE one ()', '2.sql': '\\set x 1' });
    const pool = db.pool();
    await failureOf(runMigrations(pool, { directory }), RefusedError);
    expect(await relations(db)).toEqual([]);
    await pool.end();
  });

  test('does not touch a history that is there, and the tracked way does not count what it ran', async () => {
    const directory = await migrationsDirectory({ '1.sql': 'CREATE TABLE IF NOT EXISTS one ()' });
    const pool = db.pool();
    await runMigrationsWithTracking(pool, { directory });
    const image = async (): Promise<unknown> =>
      (await db.query('SELECT ctid::text, t::text FROM shared.schema_migrations t')).rows;
    const before = await image();
    await runMigrations(pool, { directory });
    expect(await image()).toEqual(before);
    await pool.end();
  });

  test('takes turns when several start at once', async () => {
    const directory = await migrationsDirectory({
      '1.sql': 'CREATE TABLE IF NOT EXISTS one (id serial); SELECT pg_sleep(0.02); DROP TABLE one; CREATE TABLE one ()',
    });
    const pools = Array.from({ length: 4 }, () => db.pool());
    await Promise.all(pools.map((pool) => runMigrations(pool, { directory })));
    await Promise.all(pools.map((pool) => pool.end()));
    expect(await relations(db)).toEqual(['one']);
  });

  test('runs everything in one transaction when asked to', async () => {
    const directory = await migrationsDirectory({ '1.sql': 'CREATE TABLE one ()', '2.sql': 'SELECT 1/0' });
    const pool = db.pool();
    await failureOf(runMigrations(pool, { directory, transaction: 'all' }), MigrationFailedError);
    expect(await relations(db)).toEqual([]);
    await pool.end();
  });

  test.each(['SET ROLE pg_monitor', 'SET SESSION AUTHORIZATION pg_monitor', 'SET search_path = pg_catalog'])(
    'does not leak %s into the next file, although no completion stands between them',
    async (sql) => {
      const directory = await migrationsDirectory({ '1.sql': sql, '2.sql': 'CREATE TABLE two ()' });
      const pool = db.pool();
      await runMigrations(pool, { directory });
      expect(await relations(db)).toEqual(['two']);
      await pool.end();
    },
  );

  test('emits durations and notices', async () => {
    const { migrator, events } = await migratorOn(
      db,
      { '1.sql': 'SELECT pg_sleep(0.1)', '2.sql': 'DROP TABLE IF EXISTS nope' },
      { tracking: false },
    );
    await migrator.migrate();
    const durations = events.flatMap((event) => (event.type === 'migration-applied' ? [event.durationMs] : []));
    expect(durations[0]).toBeGreaterThanOrEqual(95);
    expect(durations[1]).toBeLessThan(95);
    expect(events.filter(({ type }) => type === 'migration-notice')).toHaveLength(1);
  });
});

describe('getExecutedMigrations', () => {
  test('gives successes only, in the order of execution', async () => {
    const pool = db.pool();
    const none = await options({ '1.sql': 'SELECT 1' });
    expect(await getExecutedMigrations(pool, none)).toEqual([]);
    expect(await hasHistory()).toBe(false);
    await runMigrationsWithTracking(pool, await options({ '1.sql': 'SELECT 1', '3.sql': 'SELECT 3' }));
    const late = await options({
      '1.sql': 'SELECT 1',
      '2.sql': 'SELECT 2',
      '3.sql': 'SELECT 3',
      '4.sql': 'SELECT 1/0',
    });
    await failureOf(runMigrationsWithTracking(pool, late), MigrationFailedError);
    expect(await getExecutedMigrations(pool, late)).toEqual(['1.sql', '3.sql', '2.sql']);
    await pool.end();
  });
});

describe('a migrator without tracking', () => {
  test('says that it is not tracked, is healthy, and refuses what needs a history', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': 'SELECT 1' }, { tracking: false });
    expect(migrator.tracked).toBe(false);
    expect(await migrator.status()).toMatchObject({ tracked: false, migrations: [] });
    expect(await migrator.health()).toMatchObject({ up: true });
    expect(await migrator.drift()).toEqual([]);
    await migrator.validate();
    for (const write of [() => migrator.baseline('1'), () => migrator.mark('1.sql'), () => migrator.repair()]) {
      await failureOf(write(), ConfigurationError);
    }
    expect(await hasHistory()).toBe(false);
  });
});
