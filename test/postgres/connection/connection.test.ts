import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConfigurationError,
  DatabaseConnectionError,
  makeMigrator,
  type MigratorOptions,
} from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { usePasswordServer } from './password-server.js';
import { expectNoSecret, PASSWORD } from './secrets.js';

const NO_PASSWORD =
  /^No connection can be made: the server requires a password, but none was provided\. Set it in the connection string .*, in the password field .*PGPASSWORD\. \[CONNECTION_REFUSED\]$/;

const db = useEmptyDatabase('connection');
const secured = usePasswordServer();
const files = { '1.sql': 'CREATE TABLE one ()', '2.sql': 'CREATE TABLE two ()' };
afterEach(() => expectNoLeftovers(db));

describe('a database that refuses', () => {
  const cases: [sentence: string, options: () => MigratorOptions, message: RegExp, sqlstate: string | undefined][] = [
    ['a wrong password', () => ({ connectionString: secured.appUrl('hunter2-wrong') }), /password authentication failed .*28P01.*Check the password/, '28P01'],
    ['no password at all', () => ({ connectionString: secured.appUrl(null) }), NO_PASSWORD, undefined],
    ['an empty password', () => ({ connection: { host: '127.0.0.1', port: secured.server.port, user: 'app', password: '', database: 'app' } }), NO_PASSWORD, undefined],
    ['a pool without a password', () => ({ pool: db.pool({ connectionString: secured.appUrl(null) }) }), NO_PASSWORD, undefined],
    ['an unknown role', () => ({ connectionString: secured.server.connectionString('app').replace('postgres@', 'nobody@') }), /role "nobody" does not exist.*28000.*Check the role name/, '28000'],
    ['an unknown database', () => ({ connectionString: secured.appUrl(PASSWORD, 'missing') }), /database "missing" does not exist.*3D000.*Create the database first/, '3D000'],
    ['a config with a wrong password', () => ({ connection: { host: '127.0.0.1', port: secured.server.port, user: 'app', password: 'hunter2-no', database: 'app' } }), /28P01/, '28P01'],
    ['a pool with a wrong password', () => ({ pool: db.pool({ connectionString: secured.appUrl('hunter2-pool') }) }), /28P01/, '28P01'],
    ['TLS that the server does not speak', () => ({ connectionString: `${secured.appUrl()}?sslmode=require` }), /SSL/, undefined],
  ]; // prettier-ignore

  test.each(cases)(
    'because of %s is an error at once, without any secret',
    async (_sentence, options, message, sqlstate) => {
      const { migrator, events } = await migratorOn(db, files, options());
      const startedAt = performance.now();
      const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
      expect(error).toMatchObject({ code: 'CONNECTION_REFUSED', sqlstate });
      expect(error.message).toMatch(message);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-failed']);
      expectNoSecret(error);
      expectNoSecret(events);
      const read = await failureOf(migrator.status(), DatabaseConnectionError);
      expectNoSecret(read);
    },
  );

  test.each([
    'postgres://app:hunter2@localhost:99999/db',
    'postgres://app:hunter2/x@localhost/db',
    'postgres://app:hunter2#x@localhost/db',
    'postgres://app:hunter2@[::/db',
  ])('because %s is no URL is an error at once, without any secret', async (connectionString) => {
    const { migrator, events } = await migratorOn(db, files, { connection: { connectionString } });
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error.code).toBe('CONNECTION_REFUSED');
    expect(error.message).toContain('is not a valid URL');
    expect(error.message).toContain('percent-encoded: encodeURIComponent(password)');
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-failed']);
    expectNoSecret(error);
    expectNoSecret(events);
    expectNoSecret(await failureOf(migrator.status(), DatabaseConnectionError));
  });

  test('options that contradict each other are named, without any secret', async () => {
    const options = { connectionString: secured.appUrl('hunter2'), pool: db.pool(), password: 'hunter2', table: 'a b' };
    const error = await failureOf((async () => makeMigrator(options))(), ConfigurationError);
    expect(error.problems.length).toBeGreaterThanOrEqual(3);
    expectNoSecret(error, options.connectionString);
  });

  test('a pool that has ended is an error at once', async () => {
    const pool = db.pool();
    await pool.end();
    const { migrator, events } = await migratorOn(db, files, { pool });
    expect((await failureOf(migrator.migrate(), DatabaseConnectionError)).message).toContain('pool');
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-failed']);
  });
});

describe('a connection that is lost', () => {
  test.each<[string, string]>([
    ['by the server', 'SELECT pg_terminate_backend(pg_backend_pid())'],
    ['by the server, in a non-transactional migration', 'SELECT pg_terminate_backend(pg_backend_pid()); VACUUM;'],
  ])('%s in a migration is reported as lost, and the next run continues', async (_sentence, sql) => {
    const { migrator, directory, events } = await migratorOn(db, { ...files, '3.sql': sql });
    const error = await failureOf(migrator.migrate(), DatabaseConnectionError);
    expect(error.code).toBe('CONNECTION_LOST');
    expect(events.at(-1)).toMatchObject({ type: 'run-failed', code: 'CONNECTION_LOST' });
    expectNoSecret(error, db.connectionString);
    await writeFile(join(directory, '3.sql'), 'CREATE TABLE three ()');
    await migrator.migrate();
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied', '2.sql': 'applied', '3.sql': 'applied' });
  });
});
