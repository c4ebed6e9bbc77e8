import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { connect } from '../../../src/postgres/connection/connect.js';
import type { PgConnection } from '../../../src/postgres/connection/pg-connection.js';
import { SQLSTATE } from '../../../src/core/errors/sqlstate.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { until } from '../../support/jest/until.js';

const db = useEmptyDatabase('pg_connection');
let pool: pg.Pool;
let connection: PgConnection;

beforeEach(async () => {
  pool = db.pool({ max: 2 });
  connection = await connect(pool, { connectTimeoutMs: 5_000 });
});
afterEach(async () => {
  await pool.end();
  await db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
  );
});

const isWaiting = async (): Promise<boolean> =>
  (await db.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`))
    .rowCount === 1;
const THIS_DATABASE = '(SELECT oid FROM pg_database WHERE datname = current_database())';
const waitsForLock = async (): Promise<boolean> =>
  (await db.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = ${THIS_DATABASE}`))
    .rowCount === 1;

describe('a connection', () => {
  test.each<[sentence: string, use: () => Promise<unknown>, kept: boolean]>([
    ['that only read is given back', () => connection.query('SELECT 1'), true],
    ['whose query failed is closed', () => connection.query('SELECT * FROM missing').catch(() => {}), false],
    [
      'whose query failed as the caller expected is given back',
      () => connection.query('SELECT * FROM missing', [SQLSTATE.undefinedTable]).catch(() => {}),
      true,
    ],
    ['that ran a script is closed', () => connection.run('SELECT 1'), false],
    ['that recorded something is closed', () => connection.record('SELECT 1'), false],
    [
      'that still waits for an answer is closed',
      async () => void connection.query('SELECT pg_sleep(60)').catch(() => {}),
      false,
    ],
  ])('%s', async (_sentence, use, kept) => {
    await use();
    expect(connection.dirty).toBe(!kept);
    await connection.release();
    expect(pool.totalCount).toBe(kept ? 1 : 0);
  });

  test('knows what it is sending, and nothing once it has the answer', async () => {
    expect(connection.sending).toBeUndefined();
    const running = connection.run('SELECT 1');
    expect(connection.sending).toBe('SELECT 1');
    expect(await running).toEqual({ completed: 1, error: undefined, lastValue: '1' });
    expect(connection.sending).toBeUndefined();
    await connection.release();
  });

  test('reads the rows of the last statement as text', async () => {
    const rows = await connection.query(
      `SELECT 1 AS other; SELECT n, true AS yes, NULL AS nothing, ARRAY[n] AS list FROM generate_series(1, 2) AS n`,
    );
    expect(rows).toEqual([
      { n: '1', yes: 't', nothing: null, list: '{1}' },
      { n: '2', yes: 't', nothing: null, list: '{2}' },
    ]);
    expect(await connection.query('SELECT 1 WHERE false')).toEqual([]);
    await connection.release();
  });

  test('cancels what it runs, but never a record', async () => {
    const running = connection.run('SELECT pg_sleep(60)');
    await until(isWaiting);
    connection.requestCancel();
    expect((await running).error).toMatchObject({ code: SQLSTATE.queryCanceled });
    // The record first waits for a lock, however slow the machine is; the sleep leaves time for a cancellation to arrive.
    const locker = await pool.connect();
    await locker.query('SELECT pg_advisory_lock(1)');
    const recording = connection.record('SELECT pg_advisory_lock(1); SELECT pg_sleep(1)');
    await until(waitsForLock);
    connection.requestCancel();
    await locker.query('SELECT pg_advisory_unlock(1)');
    locker.release();
    expect((await recording).error).toBeUndefined();
    await connection.release();
  });

  test('that is destroyed fails with the reason', async () => {
    const running = connection.run('SELECT pg_sleep(60)');
    await until(isWaiting);
    let ended = false;
    connection.onEnd(() => (ended = true));
    connection.destroy('the reason');
    expect((await running).error).toMatchObject({ message: 'the reason' });
    await until(() => ended);
    await connection.release();
  });

  test('tells its listeners of its release, and the server’s notices until they stop listening', async () => {
    const heard: string[] = [];
    const stop = connection.onNotice(({ message }) => heard.push(message ?? ''));
    connection.onRelease(() => heard.push('released'));
    await connection.run(`DO $$ BEGIN RAISE NOTICE 'one'; END $$`);
    stop();
    await connection.run(`DO $$ BEGIN RAISE NOTICE 'two'; END $$`);
    await connection.release();
    expect(heard).toEqual(['one', 'released']);
  });
});
