import { describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockKey } from '../../../src/postgres/lock/lock.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { startPrivateServer } from '../../support/server/private-server.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { migrationsDirectory, tempDirectory } from '../../support/files/temp-directory.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { FILES, run } from '../command-line.js';

const db = useEmptyDatabase('cli_migrate');
const migrations = useMigrations(FILES);

const onDatabase = (command: string, ...more: string[]): Promise<ProcessResult> =>
  run([command, '--database-url', db.connectionString, '--dir', migrations.directory, ...more]);

describe('migrate', () => {
  test('reads the layout of another tool', async () => {
    const goose = await migrationsDirectory({
      '001_a.sql': '-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;',
    });
    const flags = ['--database-url', db.connectionString, '--dir', goose];
    expect((await run(['migrate', ...flags])).stderr).toContain(
      `If the directory belongs to goose, read it with \`nest-migrations migrate ${flags.join(' ')} --layout goose\`.`,
    );
    expect(await run(['migrate', ...flags, '--layout', 'goose'])).toMatchObject({ code: 0 });
    expect(await relations(db)).toEqual(['a']);
    expect(await run(['migrate', ...flags, '--layout', 'nosuch'])).toMatchObject({ code: 2 });
  });

  test('applies what is pending and says so; the second time there is nothing', async () => {
    const first = await onDatabase('migrate');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout.replaceAll(/\d+ ms/g, 'N ms').split('\n')).toEqual([
      `Applying 2 pending migrations to ${db.name}/shared.schema_migrations`,
      'Applied 001_a.sql in N ms',
      '002_b.sql: NOTICE: by the way',
      'Applied 002_b.sql in N ms',
      'Applied 2 migrations in N ms',
      '',
    ]);
    expect(await relations(db)).toEqual(['a', 'b']);
    const second = await onDatabase('migrate');
    expect(second).toMatchObject({ code: 0, stdout: 'Database is up to date (2 applied)\n', stderr: '' });
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
    const args = ['migrate', '--database-url', db.connectionString, '--dir', migrations.directory];
    expect(await run(args, { env })).toMatchObject({ code: 0 });
  });

  test('takes options as flags', async () => {
    await writeFile(join(migrations.directory, '003_c.sql'), 'CREATE TABLE {{name}} (id {{type}});');
    const values = ['--placeholder', 'name=made', '--placeholder', 'type=int', '--search-path', 'other, public'];
    await db.query('CREATE SCHEMA other');
    expect(await onDatabase('migrate', ...values, '--transaction', 'all')).toMatchObject({ code: 0, stderr: '' });
    expect((await db.query(`SELECT to_regclass('other.made') IS NOT NULL AS made`)).rows).toEqual([{ made: true }]);

    await writeFile(join(migrations.directory, '001_a.sql'), 'CREATE TABLE a (id bigint);');
    await writeFile(join(migrations.directory, '004_d.sql'), 'SELECT 1;');
    const policy = ['--policy', 'renamed=fail', '--policy', 'changed=fail'];
    expect(await onDatabase('migrate', ...values, ...policy)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('001_a.sql was changed after it was applied'),
    });
  });

  test('waits for the lock as long as --migration-lock-timeout says, and exits with 7', async () => {
    const holder = await db.pool().connect();
    try {
      const key = lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
      await holder.query(`SELECT pg_advisory_lock(${key})`);
      const result = await onDatabase('migrate', '--migration-lock-timeout', '0.3', '--json');
      expect(result.code).toBe(7);
      expect(JSON.parse(result.stdout)).toMatchObject({
        error: { code: 'LOCK_TIMEOUT', applied: [], holder: { pid: expect.any(Number) } },
      });
    } finally {
      holder.release(true);
    }
  });

  test('with --json prints one object to stdout, and the rest to stderr', async () => {
    const { code, stdout, stderr } = await onDatabase('migrate', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      runId: expect.any(String),
      applied: ['001_a.sql', '002_b.sql'],
      appliedByOthers: [],
      adopted: [],
      alreadyApplied: 0,
      durationMs: expect.any(Number),
    });
    expect(stderr).toContain('Applied 001_a.sql');
  });

  test('ends with 1 and the place of the error when a migration fails', async () => {
    await writeFile(
      join(migrations.directory, '002_b.sql'),
      'CREATE TABLE b (id int);\nINSERT INTO nowhere VALUES (1);',
    );
    const { code, stdout, stderr } = await onDatabase('migrate');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Applying 2 pending migrations to \S+\nApplied 001_a\.sql in \d+ ms\n$/);
    expect(stderr).toContain('Migration failed at 002_b.sql:2:13: relation "nowhere" does not exist (SQLSTATE 42P01)');
    expect(stderr).toContain('    INSERT INTO nowhere VALUES (1);\n                ^\n');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await relations(db)).toEqual(['a']);
  });

  test('ends with 1 when a file is refused, and runs nothing', async () => {
    await writeFile(join(migrations.directory, '003_c.sql'), 'SELECT 1;\n\\gexec\n');
    const { code, stderr } = await onDatabase('migrate');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Nothing was run:\n {2}- 003_c\.sql:2:1 .* \[META_COMMAND\]\n\[REFUSED\]\n$/);
    expect(await relations(db)).toEqual([]);
  });

  test('ends with 1 when a file is unusable, and when a directory is empty although its files were applied', async () => {
    await writeFile(join(migrations.directory, 'no_version.sql'), 'SELECT 1;');
    const { code, stderr } = await onDatabase('migrate');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^Nothing was run:\n {2}- no_version\.sql cannot be used: .* \[UNUSABLE_FILE\]\n/),
    });
    expect(await relations(db)).toEqual([]);

    await rm(join(migrations.directory, 'no_version.sql'));
    expect(await onDatabase('migrate')).toMatchObject({ code: 0 });
    const empty = await tempDirectory();
    const refused = await run(['migrate', '--database-url', db.connectionString, '--dir', empty]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('[EMPTY_DIRECTORY]') });
  });

  test('waits for a database that is not there yet with --connect-retry', async () => {
    const server = await startPrivateServer();
    await server.stop('immediate');
    const url = server.connectionString();
    const waiting = run(['migrate', '--connect-retry', '20', '--database-url', url, '--dir', migrations.directory]);
    await server.start();
    expect(await waiting).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('migrate with a limit', () => {
  test('--to and --step apply some migrations, and list the remaining ones', async () => {
    const flags = ['--database-url', db.connectionString, '--dir', migrations.directory];
    const first = await run(['migrate', '--to', '001', ...flags]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^Applied 1 migration in \d+ ms; still pending: 002_b\.sql$/m);
    const again = await run(['migrate', '--to', '001_a.sql', '--json', ...flags]);
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'UNKNOWN_MIGRATION' } });
    const rest = await run(['migrate', '--step', '5', '--json', ...flags]);
    expect(JSON.parse(rest.stdout)).toMatchObject({ applied: ['002_b.sql'], left: [] });
  });

  test('--dry-run shows what such a run would do, and runs nothing', async () => {
    const flags = ['--database-url', db.connectionString, '--dir', migrations.directory];
    const first = await run(['migrate', '--dry-run', '--step', '1', ...flags]);
    expect(first).toMatchObject({ code: 0, stdout: '001_a.sql: transactional\n', stderr: '' });
    const all = await run(['migrate', '--dry-run', '--json', ...flags]);
    expect(JSON.parse(all.stdout)).toMatchObject({ migrations: [{ file: '001_a.sql' }, { file: '002_b.sql' }] });
    expect((await run(['pending', ...flags])).stdout).toContain('001_a.sql (pending)');
    const unknown = await run(['migrate', '--dry-run', '--to', '9', ...flags]);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('[UNKNOWN_MIGRATION]') });
  });

  test.each([
    [['--step', 'two'], '--step: "two" is not a whole number above 0'],
    [['--step', ''], '--step: "" is not a whole number above 0'],
    [['--step', '1', '--to', '001'], '--step: cannot be given together with --to'],
  ])('%j is wrong usage', async (limit, problem) => {
    const { code, stderr } = await run(['migrate', ...limit, '--database-url', db.connectionString]);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });
});
