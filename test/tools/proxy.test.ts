import { expect, test } from '@jest/globals';
import pg from 'pg';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { useTestDatabase } from '../support/server/use-test-database.js';

const db = useTestDatabase('proxy');

test('counts connections, round trips, statements and bytes in both directions', async () => {
  const proxy = await startCountingProxy(db.connectionString);
  const client = new pg.Client({ connectionString: proxy.connectionString });
  await client.connect();
  const connected = proxy.traffic();
  expect(connected).toMatchObject({ connections: 1, roundTrips: 1, statements: 0, bytesReceived: 0 });

  await client.query('SELECT 1; SELECT 2');
  const simple = proxy.traffic();
  // A type, a length, the text, a zero byte.
  expect(simple.bytesSent - connected.bytesSent).toBe(1 + 4 + 'SELECT 1; SELECT 2'.length + 1);
  expect(simple).toMatchObject({ connections: 1, roundTrips: 2, statements: 2 });

  await client.query('SELECT $1::text', ['x'.repeat(1_000)]);
  const extended = proxy.traffic();
  expect(extended).toMatchObject({ connections: 1, roundTrips: 3, statements: 3 });
  expect(extended.bytesSent - simple.bytesSent).toBeGreaterThan(1_000);
  expect(extended.bytesReceived - simple.bytesReceived).toBeGreaterThan(1_000);
  expect(proxy.messages).toEqual(['SELECT 1; SELECT 2', '(sync)']);
  await client.end();
});
