import { afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { DatabaseConnectionError, runMigrations, runMigrationsWithTracking } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { usePasswordServer } from './password-server.js';
import { PASSWORD } from './secrets.js';

const db = useEmptyDatabase('caller_pool');
const secured = usePasswordServer();
const files = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()' };
afterEach(() => expectNoLeftovers(db));

const pidOf = async (pool: pg.Pool): Promise<number> =>
  (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;

describe('a pool of the caller’s', () => {
  test('with one client is enough for everything', async () => {
    const pool = db.pool({ max: 1 });
    const { migrator } = await migratorOn(db, files, { pool });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    await migrator.migrate();
    await migrator.status();
    await migrator.plan();
    await migrator.mark('2.sql');
    await migrator.baseline('2');
    await migrator.repair();
    await migrator.validate();
    await migrator.close();
    expect(pool.ended).toBe(false);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  test.each<[string, Record<string, string>]>([
    ['ran a migration', files],
    ['ran one that failed', { '1.sql': 'SELECT 1/0' }],
    ['ran a non-transactional one', { '1.sql': 'VACUUM' }],
  ])('gets a client that %s destroyed', async (_sentence, migrations) => {
    const pool = db.pool({ max: 1 });
    const before = await pidOf(pool);
    await runMigrationsWithTracking(pool, { directory: await migrationsDirectory(migrations) }).catch(() => {});
    expect(pool.totalCount).toBe(0);
    expect(await pidOf(pool)).not.toBe(before);
    await pool.end();
  });

  test('gets the client of a run without tracking destroyed too', async () => {
    const pool = db.pool({ max: 1 });
    const before = await pidOf(pool);
    await runMigrations(pool, { directory: await migrationsDirectory(files) });
    expect(await pidOf(pool)).not.toBe(before);
    await pool.end();
  });

  test('gets the client of a run with nothing to do back, as it was', async () => {
    const directory = await migrationsDirectory(files);
    const pool = db.pool({ max: 1 });
    await runMigrationsWithTracking(pool, { directory });
    const client = await pool.connect();
    await client.query(`SET my.own = 'kept'; PREPARE mine AS SELECT 1`);
    const before = client.listenerCount('error') + client.listenerCount('notice');
    client.release();
    const pid = await pidOf(pool);
    for (let i = 0; i < 12; i++) await runMigrationsWithTracking(pool, { directory });
    const again = await pool.connect();
    expect(again.listenerCount('error') + again.listenerCount('notice')).toBe(before);
    expect((await again.query(`SELECT current_setting('my.own') AS own, pg_backend_pid() AS pid`)).rows).toEqual([
      { own: 'kept', pid },
    ]);
    again.release();
    await pool.end();
  });

  test('that gives no client in time is an error, and a client that comes late goes back', async () => {
    const pool = db.pool({ max: 1 });
    const client = await pool.connect();
    const { migrator } = await migratorOn(db, files, { pool, timeouts: { connect: 100, connectRetry: 0 } });
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining(
        'the pool provided no connection within 100 ms. Either all of its connections are in use, or the server does not answer ' +
          '(connections: 1, idle: 0, waiting requests: 1)',
      ),
    });
    pool.options.connectionTimeoutMillis = 50;
    expect((await failureOf(migrator.migrate(), DatabaseConnectionError)).message).toContain(
      'the pool provided no connection. Either all of its connections are in use, or the server does not answer (connections: 1, idle: 0, ',
    );
    pool.options.connectionTimeoutMillis = 0;
    client.release();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
    await pool.end();
  });

  test('keeps no listener of ours', async () => {
    const pool = db.pool({ max: 2 });
    const count = (): number[] => pool.eventNames().map((name) => pool.listenerCount(name));
    const before = count();
    const directory = await migrationsDirectory({ '1.sql': 'SELECT 1' });
    for (let i = 0; i < 12; i++) await runMigrationsWithTracking(pool, { directory, table: `t${i}` });
    expect(count()).toEqual(before);
    await pool.end();
  });
});

test('a pool that was given its password as a field has it for the second connection as well', async () => {
  const pool = db.pool({
    connectionString: undefined,
    host: '127.0.0.1',
    port: secured.server.port,
    user: 'app',
    password: PASSWORD,
    database: 'app',
  });
  const { migrator } = await migratorOn(
    db,
    { '7_second.sql': 'SELECT 1' },
    { pool, lock: 'transaction', table: 'second.history' },
  );
  expect((await migrator.migrate()).applied).toEqual(['7_second.sql']);
  await pool.end();
});
