import { expect, test } from '@jest/globals';
import pg from 'pg';
import { ConfigurationError } from '../../src/migrator.js';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { createTestDatabase } from '../support/database/database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { startPrivateServer } from '../support/server/private-server.js';
import { fleetOn } from './fleet-on.js';

const db = useEmptyDatabase('tenant_two_servers');

test('databases of tenants may have the same names on two servers: each server is asked once', async () => {
  const databases = [await createTestDatabase('tenant_one'), await createTestDatabase('tenant_two')];
  try {
    const other = await startPrivateServer();
    for (const { name } of databases) await run(other.connectionString(), `CREATE DATABASE "${name}"`);
    const here = await startCountingProxy(db.connectionString);
    const there = await startCountingProxy(other.connectionString());
    const list = databases.flatMap(({ name }, i) =>
      [here, there].map(({ connectionString }, server) => {
        const url = new URL(connectionString);
        url.pathname = `/${name}`;
        return { name: `${server}-${i}`, connectionString: url.href };
      }),
    );
    const files = { '1_a.sql': 'CREATE TABLE a ();' };
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });

    expect((await fleet.migrate()).counts).toMatchObject({ applied: 4, failed: 0 });
    const asked = [here, there].map(({ messages }) => messages.filter((text) => text.includes('postmaster')).length);
    expect(asked).toEqual([1, 1]);
    await fleet.close();
  } finally {
    for (const each of databases) await each.drop();
  }
});

test('a database that refuses the login does not hide that two names lead to one server', async () => {
  await db.query('CREATE SCHEMA s0');
  const proxy = await startCountingProxy(db.connectionString);
  const gone = [db, proxy].map(({ connectionString }, i) => {
    const url = new URL(connectionString);
    url.pathname = '/tenant_gone';
    return { name: `gone-${i}`, connectionString: url.href };
  });
  const list = [
    ...gone,
    { name: 't0', schema: 's0' },
    { name: 'again', schema: 's0', connectionString: proxy.connectionString },
  ];
  const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files: {}, tenants: { list } });
  const error = await failureOf(fleet.migrate(), ConfigurationError);
  expect(error.message).toContain('"t0" and "again" have one schema, "s0"');
});

async function run(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(sql);
  await client.end();
}
