import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import type { Database } from '../../src/pg-boss/boss.js';
import { QueueDatabase } from '../../src/pg-boss/database.js';
import { startProxy } from '../../tools/proxy/proxy.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { describeWith } from '../support/jest/needs.js';
import { launchPgBouncer } from '../support/programs/pgbouncer-process.js';
import { until } from '../support/jest/until.js';

const opened: { close(): Promise<void> }[] = [];
// Before the hooks of the database, which expect that nothing is connected to it.
afterEach(() => Promise.all(opened.splice(0).map((each) => each.close())));
const db = useEmptyDatabase('boss_database');

// Servers for tests need not wait for the disk.
beforeEach(() =>
  db.query(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database()); END $$`),
);

function databaseOn(source: Pool | string): QueueDatabase {
  const database = new QueueDatabase(source);
  opened.push(database);
  return database;
}

const commitOf = async (database: Database): Promise<unknown> =>
  (await database.executeSql('SHOW synchronous_commit')).rows[0]?.['synchronous_commit'];

test('only a hasty statement does not wait for the disk, whatever happened to the session before', async () => {
  const database = databaseOn(db.connectionString);
  expect(await commitOf(database.hasty)).toBe('off');
  expect(await commitOf(database)).toBe('on');
  const { hasty } = database;
  await expect(hasty.executeSql('SELECT 1 / 0')).rejects.toThrow('division by zero');
  const ended = hasty.executeSql('SELECT pg_terminate_backend(pg_backend_pid())');
  await expect(ended).rejects.toThrow(/terminat/);
  expect(await Promise.all([1, 2, 3].map(() => commitOf(hasty)))).toEqual(['off', 'off', 'off']);
  const sql = 'SELECT $1::int AS number';
  expect((await hasty.executeSql(sql, [7])).rows).toEqual([{ number: 7 }]);
});

test('all statements of a process share three connections', async () => {
  const database = databaseOn(db.connectionString);
  const all = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? database : database.hasty));
  const pids = await Promise.all(
    all.map(async (each) => (await each.executeSql('SELECT pg_backend_pid() AS pid')).rows[0]?.['pid']),
  );
  expect(new Set(pids).size).toBe(3);
});

describeWith('pgbouncer')('behind a pooler in transaction mode', () => {
  test('a hasty statement leaves nothing to whoever gets its session from a pooler next', async () => {
    const pooler = await launchPgBouncer(db.connectionString, { default_pool_size: 1 });
    const [one, other] = [databaseOn(pooler.connectionString), databaseOn(pooler.connectionString)];
    expect(await commitOf(one.hasty)).toBe('off');
    expect(await commitOf(other)).toBe('on');
    await Promise.all(opened.splice(0).map((each) => each.close()));
    await pooler.stop();
  });
});

test('a connection that breaks during a hasty statement fails that statement only', async () => {
  const proxy = await startProxy(db.connectionString);
  const { hasty } = databaseOn(proxy.connectionString);
  const broken = hasty.executeSql('SELECT pg_sleep(60)');
  await until(async () => proxy.messages.length > 1);
  await Promise.all([proxy.close(), expect(broken).rejects.toThrow(/terminated|ECONNRESET/)]);
  await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'`);
});

test('the sessions of a pool that belongs to the caller are not changed', async () => {
  const pool = new Pool({ connectionString: db.connectionString, max: 1 });
  opened.push({ close: () => pool.end() });
  expect(await commitOf(databaseOn(pool).hasty)).toBe('on');
  expect((await pool.query('SHOW synchronous_commit')).rows).toEqual([{ synchronous_commit: 'on' }]);
});
