import { describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { FILES, objectOf, run } from '../command-line.js';

const db = useEmptyDatabase('cli_reading');
const migrations = useMigrations(FILES);

const onDatabase = (command: string, ...more: string[]): Promise<ProcessResult> =>
  run([command, '--database-url', db.connectionString, '--dir', migrations.directory, ...more]);
const write = (file: string, text: string): Promise<void> => writeFile(join(migrations.directory, file), text);

describe('before a run', () => {
  test('pending, plan, check and status --exit-code say what is pending', async () => {
    await write('003_c.sql', 'CREATE INDEX CONCURRENTLY c ON a (id);');
    expect(await onDatabase('pending')).toMatchObject({
      code: 0,
      stdout: '001_a.sql (pending)\n002_b.sql (pending)\n003_c.sql (pending)\n',
      stderr: '',
    });
    expect(objectOf(await onDatabase('pending', '--json'))).toMatchObject({
      migrations: [{ file: '001_a.sql', state: 'pending' }, {}, {}],
    });
    const plan = await onDatabase('plan');
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(plan.stdout).toMatch(
      /^001_a\.sql: transactional\n002_b\.sql: transactional\n003_c\.sql: non-transactional \(.+\)\n$/,
    );
    const check = await onDatabase('check');
    expect(check).toMatchObject({ code: 4, stderr: '' });
    expect(check.stdout).toContain('002_b.sql is pending\n');
    expect(await onDatabase('status', '--exit-code')).toMatchObject({ code: 4 });
    const waited = await onDatabase('wait', '--timeout', '0', '--json');
    expect(waited.code).toBe(4);
    expect(objectOf(waited)).toMatchObject({
      error: { code: 'NOT_UP_TO_DATE', pending: ['001_a.sql', '002_b.sql', '003_c.sql'], failed: [] },
    });
  });

  test('plan shows locks and table sizes, and --sql prints the script', async () => {
    await db.query('CREATE TABLE big (id int); INSERT INTO big SELECT generate_series(1, 1000)');
    await db.query('ANALYZE big');
    await write('003_c.sql', 'SELECT 1;\nALTER TABLE big ADD COLUMN note text');
    expect((await onDatabase('plan')).stdout).toMatch(
      /\n003_c\.sql: transactional\n {2}line 2: ACCESS EXCLUSIVE on public\.big \(about 1,000 rows, \d+ kB\), blocks reads and writes\n$/,
    );
    expect(objectOf(await onDatabase('plan', '--json'))).toMatchObject({
      migrations: [
        {},
        {},
        {
          locks: [{ relation: 'public.big', mode: 'ACCESS EXCLUSIVE', line: 2, rows: 1000, bytes: expect.any(Number) }],
        },
      ],
    });
    const { stdout } = await onDatabase('plan', '--sql');
    expect(stdout).toContain(
      '-- 003_c.sql: transactional\nBEGIN;\nSELECT 1;\nALTER TABLE big ADD COLUMN note text;\nCOMMIT;\n',
    );
  });

  test('plan --rehearse runs the pending migrations, rolls them back, and exits with 1 if one fails', async () => {
    const text = await onDatabase('plan', '--rehearse');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(
      /^001_a\.sql: \d+ ms\n002_b\.sql: \d+ ms\n\nEverything was rolled back; nothing is recorded\.\n$/,
    );
    expect(await onDatabase('pending')).toMatchObject({ stdout: '001_a.sql (pending)\n002_b.sql (pending)\n' });
    await write('003_c.sql', 'INSERT INTO a VALUES (1);\nSELECT * FROM nowhere');
    const failing = await onDatabase('plan', '--rehearse');
    expect(failing).toMatchObject({ code: 1, stderr: '' });
    expect(failing.stdout).toContain('003_c.sql:2:15: failed: relation "nowhere" does not exist (SQLSTATE 42P01)\n');
    const json = await onDatabase('plan', '--rehearse', '--json');
    expect(json.code).toBe(1);
    expect(objectOf(json)).toMatchObject({ migrations: [{}, {}, { outcome: 'failed', line: 2, column: 15 }] });
  });

  test('plan exits with 1 and shows the reasons when a run would be refused', async () => {
    await write('003_c.sql', '\\gexec');
    const text = await onDatabase('plan');
    expect(text).toMatchObject({ code: 1, stderr: '' });
    expect(text.stdout).toMatch(/^A run would be refused:\n {2}- 003_c\.sql:1:1 .* \[META_COMMAND\]\n$/);
    const json = await onDatabase('plan', '--json');
    expect(json.code).toBe(1);
    expect(objectOf(json)).toMatchObject({
      migrations: [],
      refusals: [{ code: 'META_COMMAND', line: 1, message: expect.stringContaining('003_c.sql:1:1 ') }],
    });
  });

  test('wait ends when another process has migrated', async () => {
    const waiting = onDatabase('wait', '--timeout', '60');
    await onDatabase('migrate');
    const { code, stdout, stderr } = await waiting;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^(?:Waiting: 001_a\.sql is pending, .*\n)*(?:Waiting: .*\n)*Nothing is pending\n$/);
    expect(objectOf(await onDatabase('wait', '--json'))).toEqual({ upToDate: true });
  });

  test('wait continues while nothing is listening, and exits with 3', async () => {
    const nowhere = 'postgres://someone:hunter2@127.0.0.1:1/app';
    const flags = ['--database-url', nowhere, '--dir', migrations.directory, '--timeout', '0.2', '--json'];
    const result = await run(['wait', ...flags]);
    expect(result.code).toBe(3);
    expect(objectOf(result)).toMatchObject({ error: { code: 'UNREACHABLE' } });
    expect(result.stderr).toContain('Waiting: The database cannot be reached');
    expect(result.stdout + result.stderr).not.toContain('hunter2');
    const misspelt = await run(['wait', ...flags.slice(0, 4), '--timeout', 'long']);
    expect(misspelt).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--timeout: "long" is not a number of seconds'),
    });
  });
});

describe('after a run', () => {
  test('check and drift find nothing; history shows rows, messages and the audit', async () => {
    await onDatabase('migrate');
    await onDatabase('unmark', '001_a.sql', '--yes', '--reason', 'to see it');
    await onDatabase('mark', '001_a.sql', '--yes');
    expect(await onDatabase('check')).toMatchObject({ code: 0, stdout: 'Nothing to do (2 applied)\n', stderr: '' });
    expect(await onDatabase('drift')).toMatchObject({ code: 0, stdout: 'No drift\n', stderr: '' });
    expect(await onDatabase('status', '--exit-code')).toMatchObject({ code: 0 });

    const history = await onDatabase('history');
    expect(history).toMatchObject({ code: 0, stderr: '' });
    expect(history.stdout).toMatch(/│ applied +│ 002_b\.sql +│ \d+ +│ \w+ +│ migrate/);
    expect(history.stdout).toMatch(/│ 001_a\.sql +│ +│ \w+ +│ mark /);
    expect(history.stdout).toContain('002_b.sql: NOTICE: by the way\n');
    expect(objectOf(await onDatabase('history', '--json'))).toMatchObject({
      rows: [
        { file: '002_b.sql', state: 'applied', durationMs: expect.any(Number), notices: [{ message: 'by the way' }] },
        { file: '001_a.sql', origin: 'mark', executedBy: expect.any(String) },
      ],
    });

    const audit = await onDatabase('history', '--audit');
    expect(audit.stdout).toMatch(/│ unmark +│ \w+ +│ 001_a\.sql +│ to see it +│/);
    expect(objectOf(await onDatabase('history', '--audit', '--json'))).toMatchObject({
      entries: [{ action: 'migrate' }, { action: 'unmark', reason: 'to see it' }, { action: 'mark', reason: null }],
    });
  });

  test('check and drift exit with 5 on drift, drift --diff shows it, and a failure takes precedence', async () => {
    await onDatabase('migrate');
    await write('001_a.sql', 'CREATE TABLE a (id bigint);');
    await write('003_c.sql', 'SELECT oops;');
    const drift = await onDatabase('drift', '--diff');
    expect(drift).toMatchObject({ code: 5, stderr: '' });
    expect(drift.stdout).toMatch(/^001_a\.sql was changed after it was applied: .* \[CHANGED\]\n/);
    expect(drift.stdout).toContain('\n-CREATE TABLE a (id int);');
    const check = await onDatabase('check', '--json');
    expect(check.code).toBe(5);
    expect(objectOf(check)).toMatchObject({
      exitCode: 5,
      open: [{ file: '003_c.sql', state: 'pending' }],
      findings: [{ code: 'CHANGED', subject: '001_a.sql', message: expect.stringContaining('was changed') }],
      summary: { applied: 2, pending: 1 },
    });

    expect(await onDatabase('migrate')).toMatchObject({ code: 1 });
    const failed = await onDatabase('check');
    expect(failed).toMatchObject({ code: 1, stderr: '' });
    expect(failed.stdout).toContain('003_c.sql is failed: column "oops" does not exist');
    await rm(join(migrations.directory, '003_c.sql'));
    expect(objectOf(await onDatabase('drift', '--json'))).toMatchObject({
      findings: [{ code: 'CHANGED' }, { code: 'ORPHANED' }],
    });
  });

  test('check --schema also exits with 5 on what was changed in the database by hand', async () => {
    await onDatabase('migrate');
    expect(await onDatabase('check', '--schema')).toMatchObject({ code: 0, stdout: 'Nothing to do (2 applied)\n' });
    await db.query('CREATE TABLE by_hand (x int)');
    expect(await onDatabase('check')).toMatchObject({ code: 0 });
    const { code, stdout } = await onDatabase('check', '--schema', '--json');
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 5, findings: [{ code: 'OBJECT_ADDED' }], open: [] });
    const ignored = ['--schema', '--policy', 'objectAdded=note'];
    expect(await onDatabase('check', ...ignored)).toMatchObject({ code: 0 });
  });
});

test.each(['check', 'drift'])('%s --schema does not pass if nothing was compared', async (command) => {
  await onDatabase('migrate');
  await db.query('DELETE FROM shared.schema_migrations_catalog');
  const unrecorded = await onDatabase(command, '--schema');
  expect(unrecorded.code).toBe(5);
  expect(unrecorded.stdout).toContain('[CATALOG_NOT_RECORDED]');
  await write('migrations.config.json', JSON.stringify({ catalog: false }));
  const off = await onDatabase(command, '--schema', '--config', join(migrations.directory, 'migrations.config.json'));
  expect(off).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('`catalog: false` turns off') });
});

describe('drift', () => {
  test('shows only files or only the schema on request, and full definitions with --diff', async () => {
    await onDatabase('migrate');
    await write('001_a.sql', 'CREATE TABLE a (id bigint);');
    await db.query('DROP TABLE b; CREATE TABLE by_hand (x int)');
    const codes = async (...flags: string[]): Promise<unknown[]> => {
      const { findings } = objectOf(await onDatabase('drift', ...flags, '--json')) as { findings: { code: string }[] };
      return findings.map(({ code }) => code);
    };
    expect(await codes('--files')).toEqual(['CHANGED']);
    expect(await codes('--schema')).toEqual(['OBJECT_REMOVED', 'OBJECT_ADDED']);
    expect(await codes('--schema', '--files')).toEqual(['CHANGED', 'OBJECT_REMOVED', 'OBJECT_ADDED']);
    const { code, stdout } = await onDatabase('drift', '--schema', '--diff');
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /\n--- Table public\.b\trecorded\n\+\+\+ Table public\.b\tabsent\n[^]*\n-column id: integer\n/,
    );
    expect(stdout).toMatch(/\n--- Table public\.by_hand\tabsent\n[^]*\n\+column x: integer\n$/);
  });
});

describe('a failed run', () => {
  test('is JSON with --json, and stdout contains nothing else', async () => {
    await write('002_b.sql', 'SELECT 1;\nINSERT INTO nowhere VALUES (1);');
    const failed = await onDatabase('migrate', '--json');
    expect(failed.code).toBe(1);
    expect(objectOf(failed)).toEqual({
      error: expect.objectContaining({
        code: 'MIGRATION_FAILED',
        message: expect.stringContaining('Migration failed at 002_b.sql:2:13'),
        file: '002_b.sql',
        line: 2,
        column: 13,
        sqlstate: '42P01',
        applied: ['001_a.sql'],
        pending: [],
      }),
    });
    expect(failed.stderr).toContain('Applied 001_a.sql');
    const unknown = await run(['migrate', '--colour', '--json']);
    expect(unknown.code).toBe(2);
    expect(objectOf(unknown)).toEqual({ error: { code: 'USAGE', message: "error: unknown option '--colour'" } });
  });

  test('is JSON with the findings when it is refused', async () => {
    await write('003_c.sql', '\\gexec');
    const refused = await onDatabase('migrate', '--json');
    expect(refused.code).toBe(1);
    expect(objectOf(refused)).toMatchObject({
      error: { code: 'REFUSED', findings: [{ code: 'META_COMMAND', subject: '003_c.sql', line: 1 }] },
    });
  });
});
