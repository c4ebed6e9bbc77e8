import { describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { whileLockIsHeld } from '../../support/database/lock-held.js';
import { describeWith } from '../../support/jest/needs.js';
import { startPgBouncer } from '../../support/database/pgbouncer.js';
import { createRole } from '../../support/database/role.js';
import { repositoryRoot } from '../../support/programs/process.js';
import { migrationsDirectory, tempDirectory } from '../../support/files/temp-directory.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { writeFiles } from '../../support/files/write-files.js';
import { FILES, objectOf, run } from '../command-line.js';

const db = useEmptyDatabase('cli_doctor');
const migrations = useMigrations(FILES);

interface Check {
  readonly area: string;
  readonly level: string;
  readonly code: string | null;
  readonly message: string;
  readonly commands: readonly string[];
}

interface Examined {
  readonly code: number | null;
  /** The checks that found a problem. */
  readonly problems: readonly Check[];
}

async function examine(url: string, ...flags: string[]): Promise<Examined> {
  const args = ['doctor', '--json', '--database-url', url, '--dir', migrations.directory, ...flags];
  const result = await run(args);
  const { checks, exitCode } = objectOf(result) as { exitCode: number; checks: Check[] };
  expect(exitCode).toBe(result.code);
  // The server of these tests may be on another machine, without TLS.
  const problems = checks.filter(({ level, message }) => level !== 'ok' && !message.includes('not encrypted'));
  return { code: result.code, problems };
}

/** The statement that the doctor suggests for a privilege. */
const grantOf = ({ problems }: Examined): string => {
  const [sql] = problems.flatMap(({ area, level, message }) =>
    area === 'rights' && level === 'error' ? (/(?:CREATE SCHEMA|GRANT) .*?;/.exec(message) ?? []) : [],
  );
  return sql ?? '';
};

describe('doctor', () => {
  test('finds nothing wrong before and after the first run, and writes nothing', async () => {
    const args = ['--database-url', db.connectionString, '--dir', migrations.directory];
    expect(await examine(db.connectionString)).toEqual({ code: 0, problems: [] });
    const { rows } = await db.query(`SELECT pg_catalog.to_regnamespace('shared') AS found`);
    expect(rows).toEqual([{ found: null }]);
    await run(['migrate', ...args]);
    const { code, stdout } = await run(['doctor', ...args]);
    expect(code).toBe(0);
    expect(stdout).toContain('ok       history     shared.schema_migrations is up to date.');
    expect(stdout).toContain('0 errors');
  });

  test('names the GRANT that a role lacks, which solves the problem', async () => {
    const role = await createRole();
    const before = await examine(role.urlOf(db));
    expect(before.code).toBe(1);
    expect(grantOf(before)).toBe(`CREATE SCHEMA "shared" AUTHORIZATION "${role.name}";`);
    await db.query(grantOf(before));
    await db.query(`GRANT CREATE ON SCHEMA public TO ${role.name}`);
    expect(await examine(role.urlOf(db))).toEqual({ code: 0, problems: [] });
    await run(['migrate', '--database-url', db.connectionString, '--dir', migrations.directory]);
    const lacking = await examine(role.urlOf(db));
    expect(lacking.code).toBe(1);
    expect(grantOf(lacking)).toBe(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON "shared"."schema_migrations" TO "${role.name}";`,
    );
    await db.query(grantOf(lacking));
    expect((await examine(role.urlOf(db))).code).toBe(0);
    const member = await examine(role.urlOf(db), '--role', 'nobody_at_all');
    expect(member.problems).toContainEqual(expect.objectContaining({ level: 'error', code: 'DATABASE_ERROR' }));
    await db.query(`DROP OWNED BY ${role.name} CASCADE`);
  });

  test('shows who holds the lock, with the command that frees it', async () => {
    await whileLockIsHeld(db, async ({ pid }) => {
      const { code, problems } = await examine(db.connectionString);
      expect(code).toBe(0);
      expect(problems).toEqual([
        expect.objectContaining({
          area: 'lock',
          message: expect.stringContaining(`held by backend ${pid}`),
          commands: [expect.stringMatching(/^nest-migrations unlock --force /)],
        }),
      ]);
    });
  });

  test('reports why a run would be refused', async () => {
    const args = ['--database-url', db.connectionString, '--dir', migrations.directory];
    await run(['migrate', ...args]);
    await writeFiles(migrations.directory, { '001_a.sql': 'CREATE TABLE other (id int);' });
    const { code, problems } = await examine(db.connectionString, '--policy', 'changed=fail');
    expect(code).toBe(1);
    expect(problems).toEqual([
      expect.objectContaining({
        area: 'history',
        code: 'CHANGED',
        commands: [expect.stringMatching(/^nest-migrations accept 001_a\.sql /)],
      }),
    ]);
  });

  test('reports an unusable directory, and the line missing from nest-cli.json', async () => {
    const project = await migrationsDirectory({ 'dist/none.txt': '', 'bad/x.sql': 'SELECT 1;', 'bad/y.sql': '' });
    const inProject = async (dir: string): Promise<string> => {
      const { stdout, code } = await run(['doctor', '--dir', dir, '--database-url', db.connectionString], {
        cwd: project,
      });
      return `${code} ${stdout}`;
    };
    expect(await inProject('dist')).toMatch(/^0 warning .* has 0 migrations\. .*"assets": \["\*\*\/\*\.sql"\]/);
    expect(await inProject('dist/migrations')).toMatch(/^1 error .*cannot be used[^]*"assets"/);
    expect(await inProject('bad')).toMatch(/^1 [^]*error {4}directory {3}x\.sql .*\[UNUSABLE_FILE\]/);
  });

  test('exits with 3 if the database cannot be reached', async () => {
    const { code, problems } = await examine('postgres://127.0.0.1:1/none');
    expect(code).toBe(3);
    expect(problems).toEqual([expect.objectContaining({ area: 'connection', level: 'error', code: 'UNREACHABLE' })]);
  });
});

describeWith('pgbouncer')('doctor behind a pooler', () => {
  test('distinguishes the modes of a pooler', async () => {
    const transaction = await startPgBouncer(db.connectionString);
    expect(await examine(transaction)).toEqual({ code: 0, problems: [] });
    expect(await examine(transaction, '--lock', 'session')).toMatchObject({
      code: 1,
      problems: [
        { area: 'pooler', level: 'error', commands: [expect.stringMatching(/^nest-migrations .*--lock auto/)] },
      ],
    });
    const session = await startPgBouncer(db.connectionString, { pool_mode: 'session' });
    expect((await examine(session, '--lock', 'session')).problems).toEqual([
      expect.objectContaining({ area: 'pooler', level: 'warning' }),
    ]);
  });

  test('needs neither a second connection from a pool that has only one nor a second backend', async () => {
    const url = await startPgBouncer(db.connectionString, { default_pool_size: 1 });
    const config = join(await tempDirectory(), 'migrations.config.cjs');
    const pg = JSON.stringify(join(repositoryRoot, 'node_modules/pg'));
    await writeFile(
      config,
      `module.exports = { pool: new (require(${pg}).Pool)({ connectionString: ${JSON.stringify(url)}, max: 1 }) };`,
    );
    const { code, stdout } = await run(['doctor', '--config', config, '--dir', migrations.directory]);
    expect(stdout).toContain('Behind a pooler in transaction mode.');
    expect(code).toBe(0);
    const session = await startPgBouncer(db.connectionString, { pool_mode: 'session', default_pool_size: 1 });
    expect(await examine(session, '--lock', 'session')).toMatchObject({
      code: 0,
      problems: [{ area: 'pooler', level: 'warning' }],
    });
  });
});
