import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EmbeddedServer } from '../../tools/embedded-postgres/server.js';
import { withClient } from '../support/database.js';
import { endState, type EndState } from '../support/end-state.js';
import { migratorOn } from '../support/migrator-on.js';
import { startPrivateServer } from '../support/private-server.js';
import { runInPsql } from '../support/psql.js';
import { historyOf } from '../support/history-of.js';

/** What these files change belongs to a whole server, so there is one for us and one for psql, each the other's publisher. */
const FIXTURES = fileURLToPath(new URL('fixtures/cluster/', import.meta.url));
const SETTINGS = { wal_level: 'logical', max_prepared_transactions: '5', max_replication_slots: '10' };

const PUBLISHED = `
  CREATE TABLE source (id int);
  CREATE TABLE another (id int);
  CREATE PUBLICATION source_only FOR TABLE source;
  CREATE PUBLICATION other FOR TABLE another`;
/** So that the table of the second publication is there when its subscription is refreshed. */
const SUBSCRIBED = 'CREATE TABLE another (id int)';

let ours: EmbeddedServer;
let other: EmbeddedServer;

beforeAll(async () => {
  [ours, other] = await Promise.all([startPrivateServer(SETTINGS), startPrivateServer(SETTINGS)]);
  for (const server of [ours, other]) {
    await onServer(server, 'CREATE DATABASE publisher TEMPLATE template0');
    await withClient(server.connectionString('publisher'), (client) => client.query(PUBLISHED));
  }
});

afterEach(async () => {
  await Promise.all([ours, other].map(cleanUp));
});

afterAll(async () => {
  await Promise.all([ours, other].map((server) => server.remove()));
});

async function onServer(server: EmbeddedServer, ...statements: string[]): Promise<void> {
  await withClient(server.connectionString(), async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

async function freshDatabase(server: EmbeddedServer): Promise<string> {
  await onServer(server, 'CREATE DATABASE history TEMPLATE template0');
  const url = server.connectionString('history');
  await withClient(url, (client) => client.query(SUBSCRIBED));
  return url;
}

/** A database goes only without subscriptions and prepared transactions. */
async function cleanUp(server: EmbeddedServer): Promise<void> {
  await withClient(server.connectionString('history'), async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'SELECT subname AS name FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
    );
    for (const { name } of rows) await client.query(`DROP SUBSCRIPTION ${name}`);
    const prepared = await client.query<{ gid: string }>('SELECT gid FROM pg_prepared_xacts');
    for (const { gid } of prepared.rows) await client.query(`ROLLBACK PREPARED '${gid}'`);
  });
  await onServer(
    server,
    'DROP DATABASE history WITH (FORCE)',
    'DROP DATABASE IF EXISTS made',
    'DROP DATABASE IF EXISTS moved',
    'DROP TABLESPACE IF EXISTS fast',
    'ALTER SYSTEM RESET ALL',
  );
}

/** The file with the connection string of the other server in place of %PUBLISHER%. */
function textFor(name: string, publisher: EmbeddedServer): string {
  const { host, port } = publisher;
  const connection = `host=${host} port=${port} user=postgres dbname=publisher`;
  return readFileSync(join(FIXTURES, name), 'utf8').replaceAll('%PUBLISHER%', connection);
}

const stateOf = (url: string): Promise<EndState> => endState(url, { wholeServer: true });

describe('a file that changes the server ends as with psql:', () => {
  test.each(readdirSync(FIXTURES))('%s', async (name) => {
    const transactional = name.endsWith('.tx.sql');
    const [ourUrl, otherUrl] = await Promise.all([freshDatabase(ours), freshDatabase(other)]);
    const { migrator } = await migratorOn({ connectionString: ourUrl }, { [`1_${name}`]: textFor(name, other) });
    const inPsql = await migratorOn({ connectionString: otherUrl }, { [`1_${name}`]: textFor(name, ours) });

    await migrator.migrate();
    await runInPsql(otherUrl, join(inPsql.directory, `1_${name}`), { oneTransaction: transactional });

    expect(await stateOf(ourUrl)).toEqual(await stateOf(otherUrl));
    const query = (sql: string) => withClient(ourUrl, (client) => client.query(sql));
    const [row] = await historyOf({ query: query as never });
    expect(row).toMatchObject({ error_message: null, running: false });
    expect(row?.steps_total !== null).toBe(!transactional);
  });
});
