import { expect, test } from '@jest/globals';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { GIT_ENVIRONMENT, GitRepository } from '../support/programs/git-repository.js';
import { outcomes, relations } from '../support/migrator/history-of.js';
import { runProcess, type ProcessResult } from '../support/programs/process.js';
import { MAIN, run } from './command-line.js';

const db = useEmptyDatabase('cli_day');

/** One user, one project, one database: from the first migration to an in-doubt statement. */
test('a typical day with the command line', async () => {
  const project = await GitRepository.create({ 'README.md': 'A project' });
  const options = { cwd: project.directory, env: { ...GIT_ENVIRONMENT, DATABASE_URL: db.connectionString } };
  const type = (line: string): Promise<ProcessResult> => run(line.split(' '), options);
  const create = async (name: string, sql: string, flags = ''): Promise<string> => {
    const command = `printf '%s' "$SQL" | "${process.execPath}" "${MAIN}" new ${name} --json ${flags}`;
    const made = await runProcess('sh', ['-c', command], { ...options, env: { ...options.env, SQL: sql } });
    return (JSON.parse(made.stdout) as { file: string }).file;
  };
  const place = (file: string): string => join(project.directory, 'migrations', file);
  const code = async (line: string): Promise<number | null> => (await type(line)).code;

  // The first migration.
  expect(await create('users', 'CREATE TABLE users (id int, mail text);', '--number')).toBe('001_users.sql');
  expect(await code('lint')).toBe(0);
  expect((await type('plan')).stdout).toContain('001_users.sql: transactional\n');
  expect(await code('migrate')).toBe(0);
  await project.commit({});

  // The second one would block writes. Lint reports it, with the safe alternative.
  const index = await create('mail', 'CREATE INDEX users_mail ON users (mail);');
  expect(await code('check --json')).toBe(6);
  expect((await type('lint')).stdout).toContain('Use CREATE INDEX CONCURRENTLY');
  await writeFile(place(index), 'CREATE INDEX CONCURRENTLY users_mail ON users (mail);');
  expect(await code('lint --json')).toBe(0);
  const wide = await create('wide', 'ALTER TABLE users ADD COLUMN name text;');
  const rehearsed = await type('plan --rehearse');
  expect(rehearsed).toMatchObject({ code: 0, stdout: expect.stringContaining(`${wide}: `) });
  expect(await code('check --base main --json')).toBe(0);
  expect(await code('migrate --json')).toBe(0);
  await project.commit({});

  // One fails, is corrected, and runs.
  const broken = await create('broken', 'CREATE TABLE orders (id int);\nINSERT INTO order VALUES (1);');
  const failed = await type('migrate');
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining(`${broken}:2:13`) });
  expect(await code('status --exit-code --json')).toBe(1);
  expect((await type('history')).stdout).toContain('failed');
  await writeFile(place(broken), 'CREATE TABLE orders (id int);\nINSERT INTO orders VALUES (1);');
  expect(await code('migrate')).toBe(0);
  await project.commit({});

  // A merged and applied file is edited. Both the branch check and the drift check detect it; the repair is recorded.
  await appendFile(place('001_users.sql'), '\nSELECT 1;');
  expect(await code('check --base main')).toBe(1);
  expect(await code('drift --json')).toBe(5);
  expect((await type('drift --diff')).stdout).toContain('\n+SELECT 1;');
  expect(await code('repair --json')).toBe(2);
  expect(await code('repair --yes --reason edited --json')).toBe(0);
  expect(await code('check')).toBe(0);
  await project.commit({});

  // One was applied by hand.
  const byHand = await create('by_hand', 'CREATE TABLE by_hand (id int);');
  await db.query('CREATE TABLE by_hand (id int)');
  expect(await code(`mark ${byHand} --yes --json`)).toBe(0);
  expect(await code('check --json')).toBe(0);
  expect(Object.values(await outcomes(db))).toEqual(['applied', 'applied', 'applied', 'applied', 'applied']);

  // A database that exists without a history, and one that another tool has filled.
  expect(await code('baseline 004 --table ops.existing --yes --json')).toBe(0);
  expect((await type('pending --table ops.existing')).stdout).toBe(`${byHand} (pending)\n`);
  await db.query(`CREATE TABLE public.schema_migrations (version bigint, dirty boolean);
    INSERT INTO public.schema_migrations VALUES (5, false)`);
  expect(await code('import golang-migrate --table ops.imported --yes --json')).toBe(0);
  expect((await type('pending --table ops.imported')).stdout).toBe('Nothing is pending\n');

  // The process dies in a statement that commits by itself: whether it took effect is unknown until the user says so.
  const inDoubt = await create('in_doubt', '-- no-transaction\nCREATE TABLE parts (id int);\nCALL in_parts();');
  expect(await code('migrate')).toBe(1);
  await db.query(`UPDATE shared.schema_migrations SET running = true, error_message = 'running'
    WHERE error_message IS NOT NULL`);
  const stopped = await type('migrate --json');
  expect(JSON.parse(stopped.stdout)).toMatchObject({ error: { code: 'IN_DOUBT', file: inDoubt } });
  expect(await code(`resolve ${inDoubt} --done --yes --json`)).toBe(0);
  expect(await code('migrate --json')).toBe(0);
  expect(await code('wait --json')).toBe(0);
  expect(await relations(db)).toEqual(expect.arrayContaining(['by_hand', 'orders', 'parts', 'users']));
  const audit = (await type('history --audit')).stdout;
  for (const action of ['migrate', 'repair', 'mark', 'resolve']) expect(audit).toContain(`│ ${action} `);
  expect(await readFile(place(index), 'utf8')).toContain('CONCURRENTLY');
}, 120_000);
