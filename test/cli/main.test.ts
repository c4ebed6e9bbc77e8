import { describe, expect, test } from '@jest/globals';
import { appendFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import nodeModule from 'node:module';
import { join } from 'node:path';
import { withClient } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { startPrivateServer } from '../support/server/private-server.js';
import { runProcess } from '../support/programs/process.js';
import { tempDirectory } from '../support/files/temp-directory.js';
import { useMigrations } from '../support/migrator/use-migrations.js';
import { FILES, MAIN, run } from './command-line.js';

const db = useEmptyDatabase('cli');
const migrations = useMigrations(FILES);

describe('usage', () => {
  test('--help explains, and ends with 0', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const part of [
      'Usage: nest-migrations',
      'migrate',
      'status',
      'Exit codes:\n  0   success\n  1   a migration failed',
    ]) {
      expect(stdout).toContain(part);
    }
    const ofCommand = await run(['migrate', '--help']);
    expect(ofCommand.code).toBe(0);
    for (const part of ['--database-url', 'DATABASE_URL', '--dir', '--table', '--json', '--connect-retry']) {
      expect(ofCommand.stdout).toContain(part);
    }
  });

  test.each<[string, string[], string]>([
    ['no command', [], 'Usage: nest-migrations'],
    ['an unknown command', ['up'], "error: unknown command 'up'"],
    ['an unknown option', ['status', '--colour'], "error: unknown option '--colour'"],
    [
      'part of a name that two options have',
      ['migrate', '--lock-timeout', '5'],
      "error: unknown option '--lock-timeout'\n(Did you mean --migration-lock-timeout or --table-lock-timeout?)\n",
    ],
    [
      'a word of the descriptions of two options',
      ['migrate', '--wait', '5'],
      "error: unknown option '--wait'\n(Did you mean --connect-retry or --migration-lock-timeout?)\n",
    ],
    ['a misspelt option', ['status', '--tabel', 'x'], "'--tabel'\n(Did you mean --table?)\n"],
    ['an option without its value', ['status', '--dir'], "option '--dir <directory>' argument missing"],
    ['an argument too many', ['migrate', '001'], 'too many arguments'],
    ['no database', ['status'], 'no database: pass --database-url, or set DATABASE_URL or PGHOST'],
    [
      'an invalid time',
      ['migrate', '--connect-retry', 'long', '--database-url', 'postgres://localhost/x'],
      '--connect-retry: ',
    ],
    [
      'a URL that cannot be read',
      ['status', '--database-url', 'postgres://someone:hunter2@host:port/app'],
      '--database-url: it is not a PostgreSQL URL',
    ],
    [
      'an invalid value',
      ['migrate', '--lock', 'never', '--database-url', 'postgres://localhost/x'],
      '--lock: expected',
    ],
    [
      'a duration that is too long',
      ['mark', '1.sql', '--migration-lock-timeout', '1e9', '--database-url', 'postgres://localhost/x'],
      '--migration-lock-timeout: expected a whole number of ms',
    ],
    [
      'an invalid policy',
      ['check', '--policy', 'changed=never', '--database-url', 'postgres://localhost/x'],
      '--policy: changed: expected one of',
    ],
    [
      'an unknown kind of drift',
      ['check', '--policy', 'chnged=fail', '--database-url', 'postgres://localhost/x'],
      '--policy: unknown option "chnged"; did you mean "changed"?',
    ],
    [
      'a placeholder without a value',
      ['plan', '--placeholder', 'hunter2', '--database-url', 'postgres://localhost/x'],
      '--placeholder: expected name=value',
    ],
    [
      'an invalid table',
      ['status', '--database-url', 'postgres://localhost/x', '--table', 'x; DROP TABLE y'],
      'is not a table name',
    ],
  ])('%s ends with 2', async (_, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at |hunter2/m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('a directory that does not exist ends with 2', async () => {
    const missing = join(migrations.directory, 'nowhere');
    const { code, stderr } = await run(['migrate', '--database-url', db.connectionString, '--dir', missing]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${missing} cannot be used:\n  - it does not exist`);
  });
});

describe('a database that cannot be used', () => {
  test('ends with 3 when nothing listens there', async () => {
    const { code, stdout, stderr } = await run([
      'status',
      '--database-url',
      'postgres://someone:hunter2@127.0.0.1:1/app',
      '--dir',
      migrations.directory,
    ]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe('The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1. [UNREACHABLE]\n');
  });

  test('ends with 3 when it does not exist', async () => {
    const url = new URL(db.connectionString);
    url.pathname = '/no_such_database';
    const { code, stderr } = await run(['migrate', '--database-url', url.href, '--dir', migrations.directory]);
    expect(code).toBe(3);
    expect(stderr).toContain('database "no_such_database" does not exist');
  });

  test('ends with 3 when the password is wrong, and shows no password', async () => {
    const server = await startPrivateServer();
    await withClient(server.connectionString(), async (client) => {
      await client.query(`CREATE ROLE someone LOGIN PASSWORD 'right'`);
      const rules = join(server.dataDirectory, 'pg_hba.conf');
      const others = await readFile(rules, 'utf8');
      await writeFile(rules, `host all someone 127.0.0.1/32 scram-sha-256\n${others}`);
      await client.query('SELECT pg_reload_conf()');
    });
    const url = new URL(server.connectionString());
    url.username = 'someone';
    url.password = 'hunter2';
    const { code, stdout, stderr } = await run(['migrate', '--database-url', url.href, '--dir', migrations.directory]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('password authentication failed for user "someone" (SQLSTATE 28P01)');
    expect(stderr).toContain('Check the password');
    expect(stderr).not.toContain('hunter2');
  });
});

describe('compiled code', () => {
  test('is kept in the temporary directory, where Node can', async () => {
    const directory = await tempDirectory();
    expect(await run(['--version'], { env: { TMPDIR: directory } })).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(directory)).toEqual('enableCompileCache' in nodeModule ? ['node-compile-cache'] : []);
  });

  test('is not needed: it starts where nothing can be written', async () => {
    const file = join(await tempDirectory(), 'file');
    await writeFile(file, '');
    const { code, stdout, stderr } = await run(['--version'], { env: { TMPDIR: file } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('as npx runs it', () => {
  test('through a link in node_modules/.bin', async () => {
    const project = await tempDirectory();
    const bin = join(project, 'node_modules/.bin');
    await mkdir(bin, { recursive: true });
    await mkdir(join(project, 'migrations'));
    await appendFile(join(project, 'migrations/001_a.sql'), 'CREATE TABLE a (id int);');
    for (const name of ['nest-migrations', 'nestjs-pg-migrations']) await symlink(MAIN, join(bin, name));
    const options = { cwd: project, env: { DATABASE_URL: db.connectionString } };
    expect(await runProcess(join(bin, 'nest-migrations'), ['migrate'], options)).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await runProcess(join(bin, 'nestjs-pg-migrations'), ['status'], options);
    expect(stdout).toContain('1 applied, 0 pending, 0 failed');
  });
});
