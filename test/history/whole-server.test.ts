import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { withClient } from '../support/database/database.js';
import { dropSubscriptions } from '../support/server/drop-subscriptions.js';
import { endState, type EndState } from '../support/database/end-state.js';
import { migratorOn } from '../support/migrator/migrator-on.js';
import { startPrivateServer } from '../support/server/private-server.js';
import { describeWith } from '../support/jest/needs.js';
import { runInPsql } from '../support/programs/psql.js';
import { testSince } from '../support/server/since-version.js';
import { testFixtures } from './test-fixture.js';
import { historyOf, type RecordedRow } from '../support/migrator/history-of.js';
import { migrateUntilKilled } from '../support/programs/killed.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { failureOf } from '../support/jest/failure-of.js';
import { InDoubtError } from '../../src/migrator.js';

/**
 * What these files change belongs to a whole server, so there is one for us and one for psql, each the other's
 * publisher.
 */
const FIXTURES = fileURLToPath(new URL('fixtures/cluster/', import.meta.url));
const SETTINGS = { wal_level: 'logical', max_prepared_transactions: '5', max_replication_slots: '10' };

const PUBLISHED = `
  CREATE TABLE source (id int);
  CREATE TABLE another (id int);
  CREATE PUBLICATION source_only FOR TABLE source;
  CREATE PUBLICATION other FOR TABLE another`;
/** So that the table of the second publication is there when its subscription is refreshed. */
const SUBSCRIBED = 'CREATE TABLE another (id int)';

const GROWS = 'but not where nothing shows what became of a statement: a publication that was added';

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
    await dropSubscriptions(client);
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

/** Runs the file in psql, on its own server. @returns the database. */
async function byPsql(name: string): Promise<string> {
  const url = await freshDatabase(other);
  const directory = await migrationsDirectory({ [name]: textFor(name, ours) });
  await runInPsql(url, join(directory, name), { oneTransaction: name.endsWith('.tx.sql') });
  return url;
}

async function recorded(url: string): Promise<RecordedRow[]> {
  return withClient(url, (client) => historyOf({ query: client.query.bind(client) }));
}

describeWith('psql')('a file that changes the server ends as with psql:', () => {
  testFixtures('cluster', readdirSync(FIXTURES), async (name) => {
    const [url, inPsql] = [await freshDatabase(ours), await byPsql(name)];
    const { migrator } = await migratorOn({ connectionString: url }, { [`1_${name}`]: textFor(name, other) });
    await migrator.migrate();

    expect(await stateOf(url)).toEqual(await stateOf(inPsql));
    const [row] = await recorded(url);
    expect(row).toMatchObject({ error_message: null, running: false });
    expect(row?.steps_total !== null).toBe(!name.endsWith('.tx.sql'));
  });

  test.each<[name: string, statement: string, freeze: 'before' | 'after']>([
    ['prepared-transactions.sql', `PREPARE TRANSACTION 'kept'`, 'before'],
    ['prepared-transactions.sql', `PREPARE TRANSACTION 'kept'`, 'after'],
    ['prepared-transactions.sql', `COMMIT PREPARED 'kept'`, 'before'],
    ['prepared-transactions.sql', `COMMIT PREPARED 'kept'`, 'after'],
    ['prepared-transactions.sql', `ROLLBACK PREPARED 'undone'`, 'after'],
    ['tablespaces.sql', 'CREATE TABLESPACE fast', 'after'],
    ['tablespaces.sql', 'DROP TABLESPACE gone', 'after'],
    ['tablespaces.sql', 'ALTER DATABASE moved', 'after'],
    ['alter-system.sql', 'ALTER SYSTEM RESET', 'after'],
    ['reindex-database.sql', 'REINDEX SYSTEM', 'after'],
    ['subscriptions.sql', 'CREATE SUBSCRIPTION kept', 'after'],
    ['subscriptions.sql', 'DROP SUBSCRIPTION gone', 'after'],
  ])('%s, also when its process is killed around "%s" (%s it)', async (name, statement, freeze) => {
    const [url, inPsql] = [await freshDatabase(ours), await byPsql(name)];
    const directory = await migrationsDirectory({ [`1_${name}`]: textFor(name, other) });
    const { at } = await migrateUntilKilled({ connectionString: url }, directory, (text) =>
      text.includes(statement) && !text.includes('schema_migrations') ? freeze : undefined,
    );
    expect(at).toContain(statement);
    await (await migratorOn({ connectionString: url }, directory)).migrator.migrate();
    expect(await stateOf(url)).toEqual(await stateOf(inPsql));
  });

  testSince(14, 'ADD PUBLICATION')(GROWS, async () => {
    const url = await freshDatabase(ours);
    const directory = await migrationsDirectory({ '1.sql': textFor('subscriptions-that-grow.sql', other) });
    await migrateUntilKilled({ connectionString: url }, directory, (text) =>
      text.includes('ADD PUBLICATION') ? 'after' : undefined,
    );
    const { migrator } = await migratorOn({ connectionString: url }, directory);
    expect((await failureOf(migrator.migrate(), InDoubtError)).statement).toBe(
      'ALTER SUBSCRIPTION kept ADD PUBLICATION other',
    );
    await freshDatabase(other);
  });
});
