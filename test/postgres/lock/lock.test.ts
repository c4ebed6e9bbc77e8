import { afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { LockTimeoutError, type MigrationError } from '../../../src/migrator.js';
import { lockKey } from '../../../src/postgres/lock/lock.js';
import { connectionOn } from '../../support/database/connection-on.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { until } from '../../support/jest/until.js';

const db = useEmptyDatabase('migration_lock');
afterEach(() => expectNoLeftovers(db));

const SLOW = { '1.sql': 'SELECT pg_sleep(0.6)', '2.sql': 'CREATE TABLE two ()' };
const key = (): bigint => lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
const holders = async (): Promise<number[]> =>
  (
    await db.query<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
  ).rows.map(({ pid }) => pid);

describe('the key of the migration lock', () => {
  test('is another for every database, schema and table, and always the same', () => {
    const names = [
      ['a', 'b', 'c'],
      ['a', 'b', 'd'],
      ['a', 'd', 'c'],
      ['d', 'b', 'c'],
      ['a', 'b.c', ''],
      ['ab', '', 'c'],
    ];
    const keys = names.map(([database = '', schema = '', table = '']) => lockKey(database, { schema, table }));
    expect(new Set(keys).size).toBe(names.length);
    expect(lockKey('app', { schema: 'shared', table: 'schema_migrations' })).toBe(4762048824527502752n);
  });

  test.each([1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0xffffffffn, -0x100000000n])(
    '%s is found again among the locks of the server',
    async (number) => {
      const { holdsLockSql, readLockHolder, tryLock, unlock } = await import('../../../src/postgres/lock/lock.js');
      await withClient(db.connectionString, async (client) => {
        const connection = connectionOn(client);
        const holds = async (): Promise<unknown> =>
          Object.values((await client.query(holdsLockSql(number))).rows[0] as object)[0];
        expect(await holds()).toBe(false);
        expect(await tryLock(connection, number)).toBe(true);
        expect(await holds()).toBe(true);
        expect(await readLockHolder(connection, number)).toMatchObject({
          pid: expect.any(Number),
          applicationName: 'test-support',
        });
        await unlock(connection, number);
        expect(await holds()).toBe(false);
        expect(await readLockHolder(connection, number)).toBeUndefined();
      });
    },
  );
});

describe('a run that finds the lock taken', () => {
  test('gives up after its time, names the holder, and changed nothing', async () => {
    const files = { ...SLOW, '1.sql': 'SELECT pg_sleep(2)' };
    const holder = await migratorOn(db, files);
    const running = holder.migrator.migrate();
    await until(async () => holder.events.some(({ type }) => type === 'migration-started'));
    const [pid] = await holders();
    const { migrator, events } = await migratorOn(db, files, { timeouts: { migrationLock: 100 } });
    const error = await failureOf(migrator.migrate(), LockTimeoutError);
    expect(error).toMatchObject({ code: 'LOCK_TIMEOUT', holder: { pid, running: '1.sql', blockedBy: [] } });
    expect(error.waitedMs).toBeGreaterThanOrEqual(100);
    expect(error.message).toMatch(
      new RegExp(
        `for the migration lock of ${db.name}/shared\\.schema_migrations, held by backend ${pid} \\(nestjs-pg-migrations: 1\\.sql\\), connected since \\d{4}-.*, running 1\\.sql\\.`,
      ),
    );
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'lock-waiting', 'run-failed']);
    expect((await running).applied).toEqual(['1.sql', '2.sql']);
  });

  test('says what the holder waits for itself', async () => {
    await db.query('CREATE TABLE t ()');
    await withClient(db.connectionString, async (blocker) => {
      await blocker.query('BEGIN; LOCK TABLE t');
      const blocking = (await blocker.query('SELECT pg_backend_pid() AS pid')).rows[0] as { pid: number };
      const holder = await migratorOn(db, { '1_drop.sql': 'DROP TABLE t' });
      const running = holder.migrator.migrate();
      await until(async () => holder.events.some(({ type }) => type === 'migration-started'));
      const { migrator } = await migratorOn(db, SLOW, { timeouts: { migrationLock: 300 } });
      const error = await failureOf(migrator.migrate(), LockTimeoutError);
      expect(error.message).toContain(`, running 1_drop.sql, which waits for a lock held by backend ${blocking.pid}.`);
      await blocker.query('ROLLBACK');
      await running;
    });
  });

  test('names a holder of its own name for connections too', async () => {
    await withClient(db.connectionString, async (client) => {
      await client.query(`SET application_name = 'deploy job 7'`);
      await client.query('SELECT pg_advisory_lock($1::bigint)', [key()]);
      const { migrator } = await migratorOn(db, SLOW, { timeouts: { migrationLock: 0 } });
      const error = await failureOf(migrator.migrate(), LockTimeoutError);
      expect(error.message).toContain('(deploy job 7), connected since');
    });
  });

  test('leaves as soon as nothing is left to do, without ever having had the lock', async () => {
    const holder = await migratorOn(db, SLOW);
    const running = holder.migrator.migrate();
    await until(async () => (await holders()).length > 0);
    const waiter = await migratorOn(db, SLOW);
    expect(await waiter.migrator.migrate()).toMatchObject({ applied: [], adopted: [] });
    expect(waiter.events.map(({ type }) => type)).toEqual(['run-started', 'lock-waiting', 'run-finished']);
    await running;
    expect(holder.events.filter(({ type }) => type === 'migration-applied')).toHaveLength(2);
  });

  test('leaves although the lock stays taken, once nothing is left to do', async () => {
    await (await migratorOn(db, SLOW)).migrator.migrate();
    await db.query(`DELETE FROM shared.schema_migrations WHERE migration_file = '2.sql'`);
    await withClient(db.connectionString, async (client) => {
      await client.query('SELECT pg_advisory_lock($1::bigint)', [key()]);
      const { migrator, events } = await migratorOn(db, SLOW, { timeouts: { migrationLock: 3_000 } });
      const waiting = migrator.migrate();
      await until(() => events.some(({ type }) => type === 'lock-waiting'));
      await db.query(
        `INSERT INTO shared.schema_migrations (migration_file, checksum) VALUES ('2.sql', encode(sha256('CREATE TABLE two ()'), 'hex'))`,
      );
      expect((await waiting).applied).toEqual([]);
    });
  });

  test('does what a newer release still has to do, after the older one has finished', async () => {
    const older = await migratorOn(db, SLOW);
    const running = older.migrator.migrate();
    await until(async () => (await holders()).length > 0);
    const newer = await migratorOn(db, { ...SLOW, '3.sql': 'CREATE TABLE three ()' });
    expect((await newer.migrator.migrate()).applied).toEqual(['3.sql']);
    await running;
  });

  test('takes over when the holder dies, and runs what it had not committed', async () => {
    const holder = await migratorOn(db, { '1.sql': 'CREATE TABLE one ()', '2.sql': 'SELECT pg_sleep(30)' });
    const running = holder.migrator.migrate().catch((error: unknown) => error);
    await until(
      async () =>
        (await db.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`))
          .rowCount === 1,
    );
    const next = await migratorOn(db, { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()' });
    const waiting = next.migrator.migrate();
    await db.query('SELECT pg_terminate_backend($1)', [(await holders())[0]]);
    expect((await waiting).applied).toEqual(['2.sql']);
    // It reads the history again before it says what became of its work, and may find that all of it is done by now.
    expect([{ code: 'CONNECTION_LOST' }, { adopted: [] }]).toContainEqual(
      await running.then((ended) =>
        ended instanceof Error ? { code: (ended as MigrationError).code } : { adopted: [] },
      ),
    );
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied' });
  });
});

describe('a run without the lock', () => {
  test('never applies what another applied: the claim stops it', async () => {
    // Each gives the lock away in its first file, so that both run at once.
    const files = {
      '1.sql': `SELECT pg_advisory_unlock_all(); -- ${'x'.repeat(1_000_000)}`,
      '2.sql': 'CREATE TABLE two (id serial); SELECT pg_sleep(0.3)',
      '3.sql': 'CREATE TABLE three (id serial)',
    };
    const migrators = await Promise.all([0, 1].map(() => migratorOn(db, files)));
    const results = await Promise.allSettled(migrators.map(({ migrator }) => migrator.migrate()));
    const codes = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as MigrationError).code] : [],
    );
    expect(codes.filter((code) => code !== 'LOCK_LOST')).toEqual([]);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied', '3.sql': 'applied' });
    const applied = migrators.flatMap(({ events }) =>
      events.flatMap((event) => (event.type === 'migration-applied' ? [event.file] : [])),
    );
    expect(applied.toSorted()).toEqual(['1.sql', '2.sql', '3.sql']);
  });

  test('and a claim that another made first makes the run read the history again and continue', async () => {
    const { migrator, events } = await migratorOn(db, {
      '1.sql': 'SELECT pg_sleep(0.3)',
      '2.sql': 'SELECT 2',
      '3.sql': 'SELECT 3',
    });
    const running = migrator.migrate();
    await until(async () => events.some(({ type }) => type === 'migration-started'));
    await db.query(`INSERT INTO shared.schema_migrations (migration_file) VALUES ('2.sql') ON CONFLICT DO NOTHING`);
    expect((await running).applied).toEqual(['1.sql', '3.sql']);
    expect((await historyOf(db)).map(({ origin }) => origin)).toEqual(['migrate', null, 'migrate']);
  });
});

test('the lock is given back when a run ends, well or not', async () => {
  const pool = db.pool({ max: 1 });
  for (const sql of ['SELECT 1', 'SELECT 1/0']) {
    const { migrator } = await migratorOn(db, { [`${sql.length}.sql`]: sql }, { pool });
    await migrator.migrate().catch(() => {});
    expect(await holders()).toEqual([]);
  }
  expect(pool).toBeInstanceOf(pg.Pool);
  await pool.end();
});
