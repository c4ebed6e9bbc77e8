import { afterEach, expect, test } from '@jest/globals';
import type { Submittable } from 'pg';
import { connect } from '../../../src/postgres/connection/connect.js';
import type { PgConnection } from '../../../src/postgres/connection/pg-connection.js';
import type { Proxy } from '../../../tools/proxy/proxy.js';
import { connectionOn } from '../../support/database/connection-on.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { until } from '../../support/jest/until.js';

const db = useEmptyDatabase('outbox');
const open: PgConnection[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.release()));
});

async function connectionThroughProxy(): Promise<{ connection: PgConnection; proxy: Proxy }> {
  const proxy = await startCountingProxy(db.connectionString);
  const connection = await connect(proxy.connectionString, { connectTimeoutMs: 5_000 });
  open.push(connection);
  return { connection, proxy };
}

test('texts that are sent in one turn are answered in one round trip, in their order', async () => {
  const { connection, proxy } = await connectionThroughProxy();
  const before = proxy.traffic().roundTrips;
  const ended: string[] = [];
  const answers = await Promise.all(
    ['1', '2', '3', '4', '5'].map((n) =>
      connection.run(`SELECT ${n}`).then(({ lastValue }) => {
        ended.push(n);
        return lastValue;
      }),
    ),
  );
  expect(answers).toEqual(['1', '2', '3', '4', '5']);
  expect(ended).toEqual(answers);
  expect(proxy.messages.slice(-5)).toEqual(['1', '2', '3', '4', '5'].map((n) => `SELECT ${n}`));
  expect(proxy.traffic().roundTrips - before).toBe(1);
});

test('an error in one of them does not reach the others, and each sees what the one before has committed', async () => {
  const { connection } = await connectionThroughProxy();
  const [created, failed, inserted, counted] = await Promise.all([
    connection.run('CREATE TABLE t (n int)'),
    connection.run('SELECT nope; INSERT INTO t VALUES (0)'),
    connection.run('INSERT INTO t VALUES (1), (2)'),
    connection.query('SELECT n FROM t ORDER BY n'),
  ]);
  expect([created.error, inserted.error]).toEqual([undefined, undefined]);
  expect(failed).toMatchObject({ completed: 0, error: { code: '42703' } });
  expect(counted).toEqual([{ n: '1' }, { n: '2' }]);
});

test('a text that is sent while others are in flight follows them', async () => {
  const { connection, proxy } = await connectionThroughProxy();
  const before = proxy.traffic().roundTrips;
  const first = Promise.all([connection.run('SELECT pg_sleep(0.05)'), connection.run('SELECT nope')]);
  await until(() => proxy.messages.includes('SELECT nope'));
  const later = [connection.run('SELECT 3'), connection.run('SELECT 4')];
  expect(connection.sending).toBe('SELECT pg_sleep(0.05)');
  await first;
  expect((await Promise.all(later)).map(({ lastValue }) => lastValue)).toEqual(['3', '4']);
  expect(connection.sending).toBeUndefined();
  expect(proxy.traffic().roundTrips - before).toBe(2);
});

test('the driver, which will have no queue one day, never holds more than one that it has yet to send', async () => {
  await withClient(db.connectionString, async (client) => {
    const query = client.query.bind(client) as (script: Submittable) => Submittable;
    let unsent = 0;
    const queued: number[] = [];
    const counting = (script: Submittable): Submittable => {
      const submit = script.submit.bind(script);
      script.submit = (connection) => {
        unsent--;
        submit(connection);
      };
      queued.push(unsent++);
      return query(script);
    };
    Object.assign(client, { query: counting });
    const connection = connectionOn(client);
    await Promise.all([1, 2, 3, 4].map((n) => connection.run(`SELECT ${n}`)));
    expect(queued).toEqual([0, 0, 0, 0]);
  });
});

test('all of them fail when the connection is lost, and so does what is sent afterwards', async () => {
  const { connection, proxy } = await connectionThroughProxy();
  const running = [1, 2, 3, 4].map((n) => connection.run(`SELECT pg_sleep(${n * 10})`));
  await until(() => proxy.messages.includes('SELECT pg_sleep(40)'));
  const waiting = connection.run('SELECT 5');
  connection.destroy('the reason');
  for (const { error } of await Promise.all([...running, waiting, connection.run('SELECT 6')]))
    expect(error).toBeInstanceOf(Error);
  await db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
  );
});
