import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MigrationFailedError, UnknownMigrationError } from '../../src/migrator.js';
import { createTestDatabases } from '../../src/testing.js';
import { query, serverRole, serverUrl } from '../support/database/database.js';
import { runProcess, typescriptArguments } from '../support/programs/process.js';
import { migrationsDirectory, tempDirectory } from '../support/files/temp-directory.js';
import { databasesOn, exists, ownMigrations, templatesMadeBy } from './databases-on.js';
import { newDataDirectory, start } from './embedded/servers.js';

const INSERT = `INSERT INTO users VALUES ('ada')`;

afterEach(() => void jest.restoreAllMocks());

describe('a test database', () => {
  test('has all migrations and seeds, and is isolated from other tests', async () => {
    const seeds = await migrationsDirectory({ '1.sql': INSERT });
    const databases = databasesOn({ directory: await ownMigrations(), seeds });
    await templatesMadeBy(async () => {
      const [first, second] = [await databases.create(), await databases.create()];
      await query(INSERT, first.url);
      expect(await query('SELECT name FROM users', first.url)).toHaveLength(2);
      expect(await query('SELECT name FROM users', second.url)).toEqual([{ name: 'ada' }]);
      expect(await first.migrate()).toMatchObject({ applied: [], alreadyApplied: 1 });
    });
  });

  test('comes from another template if a different part of the catalog is recorded', async () => {
    const directory = await ownMigrations();
    const templates = await templatesMadeBy(async () => {
      await databasesOn({ directory }).create();
      const { url } = await databasesOn({ directory, catalog: { comments: true } }).create();
      const [record] = await query<{ fingerprint: object }>(
        'SELECT fingerprint FROM shared.schema_migrations_catalog',
        url,
      );
      expect(Object.keys(record?.fingerprint ?? {})).toContain('comments');
    });
    expect(templates).toHaveLength(2);
  });

  test('is dropped at the end of its block, even with open connections', async () => {
    const databases = databasesOn({ directory: await ownMigrations() });
    await templatesMadeBy(async () => {
      const database = await databases.create();
      expect(await exists(database.name)).toBe(true);
      await database[Symbol.asyncDispose]();
      expect(await exists(database.name)).toBe(false);
    });
  });

  test('has the settings of the template, which CREATE DATABASE does not copy', async () => {
    const directory = await ownMigrations({
      '002_settings.sql': `
        DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I SET search_path TO "$user", "a ""b", public', current_database());
          EXECUTE format('ALTER DATABASE %I SET app.motto TO %L', current_database(), 'it''s a \\ "day", isn''t it');
          EXECUTE format('ALTER DATABASE %I SET temp_tablespaces TO %L', current_database(), '');
          EXECUTE format('ALTER ROLE %I IN DATABASE %I SET work_mem TO %L', session_user, current_database(), '7MB');
        END $$;`,
    });
    await templatesMadeBy(async () => {
      const { url } = await databasesOn({ directory }).create();
      const [row] = await query(
        `SELECT current_setting('search_path') AS path, current_setting('app.motto') AS motto,
          current_setting('temp_tablespaces') AS spaces, current_setting('work_mem') AS memory`,
        url,
      );
      expect(row).toEqual({
        path: '"$user", "a ""b", public',
        motto: 'it\'s a \\ "day", isn\'t it',
        spaces: '""',
        memory: '7MB',
      });
      expect(serverRole()).not.toBe('');
    });
  });

  test('is kept if the work fails, and its URL is printed without the password', async () => {
    const printed = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const databases = databasesOn({ directory: await ownMigrations() });
    await templatesMadeBy(async () => {
      const names: string[] = [];
      const use = (problem?: Error): Promise<void> =>
        databases.use(async ({ name }) => {
          names.push(name);
          if (problem) throw problem;
        });
      await use();
      await expect(use(new Error('the test failed'))).rejects.toThrow('the test failed');
      await databases.close();
      expect(await Promise.all(names.map(exists))).toEqual([false, true]);
      expect(printed.mock.calls.flat().join('')).toMatch(
        new RegExp(`^Kept the test database postgres(?:ql)?://[^:@]+(?::\\*\\*\\*)?@[^@]+/${names[1]} for a day\n$`),
      );
      await query(`DROP DATABASE ${names[1]}`);
    });
  });
});

describe('migrateTo', () => {
  const FILES = {
    '002_full_name.sql': 'ALTER TABLE users ADD full_name text;',
    '003_fill.sql': 'UPDATE users SET full_name = initcap(name);',
    '004_drop.sql': 'ALTER TABLE users DROP name;',
  };

  test('shows how one migration changes existing rows', async () => {
    await using database = await databasesOn({ directory: await ownMigrations(FILES) }).createEmpty();
    expect((await database.migrateTo('002_full_name.sql')).applied).toEqual(['001_users.sql', '002_full_name.sql']);
    await query(INSERT, database.url);
    expect((await database.migrateTo('003_fill.sql')).applied).toEqual(['003_fill.sql']);
    expect(await query('SELECT full_name FROM users', database.url)).toEqual([{ full_name: 'Ada' }]);
    expect((await database.migrate()).applied).toEqual(['004_drop.sql']);
  });

  test('rejects a file that does not exist', async () => {
    await using database = await databasesOn({ directory: await ownMigrations(FILES) }).createEmpty();
    await expect(database.migrateTo('003_fil.sql')).rejects.toThrow(UnknownMigrationError);
  });
});

describe('the template', () => {
  test('is built once for concurrent processes, and reused later', async () => {
    const directory = await ownMigrations();
    const create = (): Promise<unknown> => databasesOn({ directory }).create();
    const made = await templatesMadeBy(async () => {
      await Promise.all([create(), create(), create()]);
      await create();
    });
    expect(made).toEqual([expect.objectContaining({ accepts: false })]);
  });

  test.each<[string, (directory: string) => Promise<object>]>([
    ['a file', async (directory) => writeFile(join(directory, '002_x.sql'), 'SELECT 1;').then(() => ({}))],
    ['the seeds', async () => ({ seeds: await migrationsDirectory({ '1.sql': INSERT }) })],
    ['a placeholder', async () => ({ placeholders: { name: 'x' } })],
    [
      'the layout',
      async () => ({ layout: 'golang-migrate', directory: await migrationsDirectory({ '1_a.up.sql': '' }) }),
    ],
    ['the history table', async () => ({ table: 'history' })],
  ])('is another one when %s is another', async (_, change) => {
    const directory = await ownMigrations();
    const made = await templatesMadeBy(async () => {
      await databasesOn({ directory }).create();
      await databasesOn({ directory, ...(await change(directory)) }).create();
    });
    expect(made).toHaveLength(2);
  });

  test('is rebuilt if a process left it half built', async () => {
    const directory = await ownMigrations();
    const [template] = await templatesMadeBy(() => databasesOn({ directory }).create());
    await query(`ALTER DATABASE "${template?.name}" ALLOW_CONNECTIONS true`);
    const [again] = await templatesMadeBy(() => databasesOn({ directory }).create());
    expect(again).toMatchObject({ name: template?.name, accepts: false });
  });

  test('is not left behind by a migration that fails, and is built once the file is correct', async () => {
    const directory = await ownMigrations({ '002_wrong.sql': 'SELECT 1 / 0;' });
    const databases = databasesOn({ directory });
    expect(await templatesMadeBy(() => expect(databases.create()).rejects.toThrow(MigrationFailedError))).toEqual([]);
    await writeFile(join(directory, '002_wrong.sql'), 'SELECT 1;');
    expect(await templatesMadeBy(() => databases.create())).toHaveLength(1);
  });
});

test('a database has a URL even if its server is behind a socket and has no host', async () => {
  const folder = await tempDirectory();
  await chmod(folder, 0o777); // the server may run under another account
  const settings = { unix_socket_directories: folder };
  const { port } = await start({ dataDirectory: await newDataDirectory(), settings });
  const databases = createTestDatabases({
    server: `postgres://postgres:secret@/postgres?host=${folder}&port=${port}`,
    directory: await ownMigrations(),
  });
  const database = await databases.create();
  expect(await usersIn(database.url)).toEqual([]);
  const printed = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  await database.keep();
  expect(printed).toHaveBeenCalledWith(expect.stringContaining(`postgres://postgres:***@/${database.name}?host=`));
  await databases.close();
});

describe('without a server', () => {
  test('one is started, shared, and stopped when the last database is closed', async () => {
    const before = process.env['TEST_DATABASE_URL'];
    delete process.env['TEST_DATABASE_URL'];
    try {
      const directory = await ownMigrations();
      const [first, second] = [createTestDatabases({ directory }), createTestDatabases({ directory })];
      const [{ url }, { url: other }] = await Promise.all([first.create(), second.create()]);
      expect(new URL(url).host).toBe(new URL(other).host);
      await first.close();
      expect(await usersIn(other)).toEqual([]);
      await second.close();
      await expect(usersIn(other)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    } finally {
      if (before !== undefined) process.env['TEST_DATABASE_URL'] = before;
    }
  });
});

test('a script without a test runner does not exit before its databases are closed', async () => {
  const script = fileURLToPath(new URL('create-and-close.child.ts', import.meta.url));
  const env = { TEST_DATABASE_URL: serverUrl() };
  const result = await runProcess(process.execPath, [...typescriptArguments, script], { env });
  expect(result).toMatchObject({ code: 0, stdout: 'closed\n', stderr: '' });
});

function usersIn(url: string): Promise<unknown[]> {
  return query('SELECT * FROM users', url);
}
