import { beforeEach, describe, expect, test } from '@jest/globals';
import { appendFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from '../support/database.js';
import { useEmptyDatabase } from '../support/empty-database.js';
import { outcomes, relations } from '../support/history-of.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { startPrivateServer } from '../support/private-server.js';
import { type ProcessOptions, type ProcessResult, repositoryRoot, runProcess } from '../support/process.js';
import { migrationsDirectory, tempDirectory } from '../support/temp-directory.js';

const MAIN = join(repositoryRoot, 'dist/esm/cli/main.js');

const db = useEmptyDatabase('cli');

const FILES = {
  '001_a.sql': 'CREATE TABLE a (id int);',
  '002_b.sql': `CREATE TABLE b (id int); DO $$ BEGIN RAISE NOTICE 'by the way'; END $$;`,
};

let directory: string;
beforeEach(async () => {
  directory = await migrationsDirectory(FILES);
});

/** The command line as a process, without a DATABASE_URL of ours. */
const run = (args: string[], options: ProcessOptions = {}): Promise<ProcessResult> =>
  runProcess(process.execPath, [MAIN, ...args], { ...options, env: { DATABASE_URL: undefined, ...options.env } });

const onDatabase = (command: string, ...more: string[]): Promise<ProcessResult> =>
  run([command, '--database-url', db.connectionString, '--dir', directory, ...more]);

describe('migrate', () => {
  test('reads the layout of another tool', async () => {
    const goose = await migrationsDirectory({
      '001_a.sql': '-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;',
    });
    const flags = ['--database-url', db.connectionString, '--dir', goose];
    expect((await run(['migrate', ...flags])).stderr).toContain('Set the option layout ("goose"');
    expect(await run(['migrate', ...flags, '--layout', 'goose'])).toMatchObject({ code: 0 });
    expect(await relations(db)).toEqual(['a']);
    expect(await run(['migrate', ...flags, '--layout', 'nosuch'])).toMatchObject({ code: 2 });
  });

  test('applies what is pending and says so; the second time there is nothing', async () => {
    const first = await onDatabase('migrate');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout.replaceAll(/\d+ ms/g, 'N ms').split('\n')).toEqual([
      'applied 001_a.sql (N ms)',
      '  NOTICE: by the way',
      'applied 002_b.sql (N ms)',
      '2 applied in N ms',
      '',
    ]);
    expect(await relations(db)).toEqual(['a', 'b']);
    const second = await onDatabase('migrate');
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toMatch(/^nothing to apply \(\d+ ms\)\n$/);
    await expectNoLeftovers(db);
  });

  test('takes DATABASE_URL, the directory "migrations" of the working directory, and --table', async () => {
    const cwd = await migrationsDirectory({ 'migrations/001_a.sql': 'CREATE TABLE a (id int);' });
    const result = await run(['migrate', '--table', 'ops.history'], {
      cwd,
      env: { DATABASE_URL: db.connectionString },
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(await outcomes(db, 'ops.history')).toEqual({ '001_a.sql': 'applied' });
  });

  test('prefers --database-url to DATABASE_URL', async () => {
    const env = { DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' };
    const args = ['migrate', '--database-url', db.connectionString, '--dir', directory];
    expect(await run(args, { env })).toMatchObject({ code: 0 });
  });

  test('with --json prints one object to stdout, and the rest to stderr', async () => {
    const { code, stdout, stderr } = await onDatabase('migrate', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      runId: expect.any(String),
      applied: ['001_a.sql', '002_b.sql'],
      adopted: [],
      durationMs: expect.any(Number),
    });
    expect(stderr).toContain('applied 001_a.sql');
  });

  test('ends with 1 and the place of the error when a migration fails', async () => {
    await writeFile(join(directory, '002_b.sql'), 'CREATE TABLE b (id int);\nINSERT INTO nowhere VALUES (1);');
    const { code, stdout, stderr } = await onDatabase('migrate');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^applied 001_a\.sql \(\d+ ms\)\n$/);
    expect(stderr).toContain('Migration failed at 002_b.sql:2:13: relation "nowhere" does not exist (SQLSTATE 42P01)');
    expect(stderr).toContain('    INSERT INTO nowhere VALUES (1);\n                ^\n');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await relations(db)).toEqual(['a']);
  });

  test('ends with 1 when a file is refused, and runs nothing', async () => {
    await writeFile(join(directory, '003_c.sql'), 'SELECT 1;\n\\gexec\n');
    const { code, stderr } = await onDatabase('migrate');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Nothing was run:\n {2}- 003_c\.sql:2:1: /);
    expect(await relations(db)).toEqual([]);
  });

  test('waits for a database that is not there yet with --wait', async () => {
    const server = await startPrivateServer();
    await server.stop('immediate');
    const url = server.connectionString();
    const waiting = run(['migrate', '--wait', '20', '--database-url', url, '--dir', directory]);
    await server.start();
    expect(await waiting).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('status', () => {
  test('prints a table and a summary', async () => {
    await onDatabase('migrate');
    await db.query(
      `UPDATE shared.schema_migrations SET executed_at = '2024-02-29T13:14:15Z', execution_time_ms = 1234
        WHERE migration_file = '001_a.sql'`,
    );
    await writeFile(join(directory, '002_b.sql'), 'CREATE TABLE b (id bigint);');
    await writeFile(join(directory, '003_c.sql'), 'SELECT oops;');
    await onDatabase('migrate');
    await writeFile(join(directory, '004_d.sql'), 'SELECT 1;');

    const { code, stdout, stderr } = await onDatabase('status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const cells = stdout
      .split('\n')
      .filter((line) => line.startsWith('│'))
      .map((line) =>
        line
          .split('│')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(cells).toEqual([
      ['State', 'Migration', 'Applied at', 'ms'],
      ['applied', '001_a.sql', '2024-02-29 13:14:15', '1234'],
      [
        'changed',
        '002_b.sql',
        expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
        expect.stringMatching(/^\d+$/),
      ],
      ['failed', '003_c.sql', '', expect.stringMatching(/^\d+$/)],
      ['pending', '004_d.sql', '', ''],
    ]);
    expect(stdout).toContain('003_c.sql: column "oops" does not exist');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('2 applied, 1 pending, 1 failed, 1 changed');
  });

  test('with --json prints one object of exactly this shape', async () => {
    await onDatabase('migrate');
    await writeFile(join(directory, '003_c.sql'), 'SELECT oops;');
    await onDatabase('migrate');
    await writeFile(join(directory, '004_d.sql'), 'SELECT 1;');

    const { code, stdout, stderr } = await onDatabase('status', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    const applied = {
      state: 'applied',
      appliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      executionTimeMs: expect.any(Number),
      checksum: sha256,
      error: null,
    };
    expect(JSON.parse(stdout)).toEqual({
      migrations: [
        { file: '001_a.sql', ...applied },
        { file: '002_b.sql', ...applied },
        {
          file: '003_c.sql',
          state: 'failed',
          appliedAt: null,
          executionTimeMs: expect.any(Number),
          checksum: sha256,
          error: expect.stringContaining('column "oops" does not exist'),
        },
        { file: '004_d.sql', state: 'pending', appliedAt: null, executionTimeMs: null, checksum: sha256, error: null },
      ],
      summary: expect.objectContaining({ total: 4, applied: 2, pending: 1, failed: 1, newestApplied: '002_b.sql' }),
    });
  });

  test('of an empty directory and an empty database says so, and creates nothing', async () => {
    const { code, stdout } = await run([
      'status',
      '--database-url',
      db.connectionString,
      '--dir',
      await tempDirectory(),
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe('No migrations on disk and none recorded in shared.schema_migrations.\n');
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });
});

describe('usage', () => {
  test('--help explains, and ends with 0', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const part of ['Usage: nest-migrations', 'migrate', 'status', 'Exit codes: 0 fine, 1 ']) {
      expect(stdout).toContain(part);
    }
    const ofCommand = await run(['migrate', '--help']);
    expect(ofCommand.code).toBe(0);
    for (const part of ['--database-url', 'DATABASE_URL', '--dir', '--table', '--json', '--wait']) {
      expect(ofCommand.stdout).toContain(part);
    }
  });

  test.each<[string, string[], string]>([
    ['no command', [], 'Usage: nest-migrations'],
    ['an unknown command', ['up'], "error: unknown command 'up'"],
    ['an unknown option', ['status', '--colour'], "error: unknown option '--colour'"],
    ['an option without its value', ['status', '--dir'], "option '--dir <directory>' argument missing"],
    ['an argument too many', ['migrate', '001'], 'too many arguments'],
    ['no database', ['status'], 'no database: give --database-url, or set DATABASE_URL'],
    ['a time that is none', ['migrate', '--wait', 'long', '--database-url', 'postgres://localhost/x'], '--wait: '],
    [
      'a URL that cannot be read',
      ['status', '--database-url', 'postgres://someone:hunter2@host:port/app'],
      'connectionString: it is not a PostgreSQL URL',
    ],
    [
      'a table that is none',
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
    const missing = join(directory, 'nowhere');
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
      directory,
    ]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe('The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1.\n');
  });

  test('ends with 3 when it does not exist', async () => {
    const url = new URL(db.connectionString);
    url.pathname = '/no_such_database';
    const { code, stderr } = await run(['migrate', '--database-url', url.href, '--dir', directory]);
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
    const { code, stdout, stderr } = await run(['migrate', '--database-url', url.href, '--dir', directory]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('password authentication failed for user "someone" (SQLSTATE 28P01)');
    expect(stderr).toContain('Check the password');
    expect(stderr).not.toContain('hunter2');
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
