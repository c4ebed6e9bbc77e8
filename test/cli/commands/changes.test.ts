import { describe, expect, test } from '@jest/globals';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { historyOf, outcomes, relations } from '../../support/migrator/history-of.js';
import { runProcess, type ProcessResult } from '../../support/programs/process.js';
import { testIf } from '../../support/server/since-version.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { FILES, MAIN, run } from '../command-line.js';

const db = useEmptyDatabase('cli_changes');
const migrations = useMigrations(FILES);

const inDirectory = (...args: string[]): Promise<ProcessResult> =>
  run(args, { cwd: join(migrations.directory, '..'), env: { DATABASE_URL: db.connectionString } });
const typed = (...args: string[]): Promise<ProcessResult> => inDirectory(...args, '--dir', migrations.directory);

const audited = async (): Promise<unknown[]> =>
  (await db.query('SELECT action, files, reason FROM shared.schema_migrations_audit ORDER BY id')).rows;

/** Runs the command that a message says to type, as a shell does. */
function typeRemedy({ stderr }: ProcessResult): Promise<ProcessResult> {
  const command = /^ {2}nest-migrations (.*)$/m.exec(stderr)?.[1];
  return runProcess('sh', ['-c', `"${process.execPath}" "${MAIN}" ${command}`], {
    env: { DATABASE_URL: db.connectionString },
  });
}

describe('a change that nobody confirms', () => {
  test('exits with 2, changes nothing, and the command that it prints makes the change', async () => {
    const refused = await typed('mark', '002_b.sql', '--reason', "made by hand, it's there");
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /^This would record 1 migration as applied, without running anything:\n {2}002_b\.sql\n/,
    );
    expect((await db.query(`SELECT to_regclass('shared.schema_migrations') AS history`)).rows).toEqual([
      { history: null },
    ]);

    expect(await typeRemedy(refused)).toMatchObject({
      code: 0,
      stdout: 'Recorded 1 migration as applied, without running anything:\n  002_b.sql\n',
      stderr: '',
    });
    expect(await outcomes(db)).toEqual({ '002_b.sql': 'applied' });
    expect(await relations(db)).toEqual([]);
    expect(await audited()).toEqual([{ action: 'mark', files: ['002_b.sql'], reason: "made by hand, it's there" }]);
  });

  test('is JSON with the command, without the password of the URL', async () => {
    const url = new URL(db.connectionString);
    url.password = 'hunter2'; // the server trusts everybody
    const flags = ['--dir', migrations.directory, '--database-url', url.href, '--json'];
    const refused = await run(['baseline', '002', ...flags]);
    expect(refused.code).toBe(2);
    const { error } = JSON.parse(refused.stdout) as { error: Record<string, string> };
    expect(error['code']).toBe('CONFIRMATION_REQUIRED');
    expect(error['message']).toContain('This would record 2 migrations');
    expect(error['command']).toBe(
      `nest-migrations baseline 002 --dir ${migrations.directory} --database-url "$DATABASE_URL" --json --yes`,
    );
    expect(refused.stdout + refused.stderr).not.toContain('hunter2');
    const done = await typeRemedy(refused);
    expect(JSON.parse(done.stdout)).toEqual({ dryRun: false, files: ['001_a.sql', '002_b.sql'] });
  });

  const withPty = testIf(process.platform === 'linux', 'needs script from util-linux');
  withPty('asks at a terminal, where only "y" is a yes', async () => {
    const atTerminal = (answer: string): Promise<ProcessResult> => {
      const command = `"${process.execPath}" "${MAIN}" mark 001_a.sql --dir "${migrations.directory}"`;
      return runProcess('sh', ['-c', `printf '${answer}' | script -qec '${command}' /dev/null`], {
        env: { DATABASE_URL: db.connectionString },
      });
    };
    const declined = await atTerminal(String.raw`no\n`);
    expect(declined.stdout).toContain('This would record 1 migration');
    expect(declined.stdout).toContain('Proceed? [y/N] ');
    expect(declined.stdout).toContain('Nothing was changed.');
    expect(declined.code).toBe(1);
    const confirmed = await atTerminal(String.raw`y\n`);
    expect(confirmed.stdout).toContain('Recorded 1 migration as applied');
    expect(confirmed.code).toBe(0);
    expect(await outcomes(db)).toEqual({ '001_a.sql': 'applied' });
  });
});

describe('the commands', () => {
  test('mark, unmark: text, JSON, and nothing to change', async () => {
    expect(await typed('mark', '001_a.sql', '--yes')).toMatchObject({ code: 0 });
    expect(await typed('mark', '001_a.sql')).toMatchObject({
      code: 0,
      stdout: 'Nothing to change: 001_a.sql is already recorded as applied.\n',
    });
    const dry = await typed('unmark', '001_a.sql', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toEqual({ dryRun: true, files: ['001_a.sql'] });
    expect(await outcomes(db)).toEqual({ '001_a.sql': 'applied' });
    const removed = await typed('unmark', '001_a.sql', '--yes');
    expect(removed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Removed 001_a\.sql from the history, without undoing anything\./),
    });
    expect(await outcomes(db)).toEqual({});
    const unknown = await typed('unmark', '001_a.sql', '--yes', '--json');
    expect(unknown.code).toBe(1);
    expect(JSON.parse(unknown.stdout)).toEqual({
      error: { code: 'UNKNOWN_MIGRATION', message: expect.stringContaining('There is no row 001_a.sql') },
    });
  });

  test('repair shows its plan, adopts checksums and names, and can be repeated', async () => {
    await typed('migrate');
    await writeFile(join(migrations.directory, '001_a.sql'), 'CREATE TABLE a (id bigint);');
    await rename(join(migrations.directory, '002_b.sql'), join(migrations.directory, '003_b.sql'));
    const plan = await typed('repair', '--dry-run');
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(
      /^This would make 2 changes to the history:\n {2}001_a\.sql: checksum \w{8}… → \w{8}…\n {2}003_b\.sql: name 002_b\.sql → 003_b\.sql\n$/,
    );
    const repaired = await typed('repair', '--yes', '--json', '--reason', 'renumbered');
    expect(JSON.parse(repaired.stdout)).toMatchObject({
      dryRun: false,
      changes: [{ kind: 'checksum' }, { kind: 'name' }],
    });
    expect(await outcomes(db)).toEqual({ '001_a.sql': 'applied', '003_b.sql': 'applied' });
    expect((await audited()).at(-1)).toMatchObject({ action: 'repair', reason: 'renumbered' });
    expect((await typed('repair')).stdout).toMatch(/^Nothing to repair/);
  });

  test('accept records the drift of one file, with the reason', async () => {
    await typed('migrate');
    await writeFile(join(migrations.directory, '001_a.sql'), 'CREATE TABLE a (id bigint);');
    const accepted = await typed('accept', '001_a.sql', '--reason', 'edited on purpose', '--yes');
    expect(accepted).toMatchObject({ code: 0, stderr: '' });
    expect(accepted.stdout).toMatch(/^Made 1 change to the history:\n {2}001_a\.sql: checksum \w{8}… → \w{8}…\n$/);
    expect((await audited()).at(-1)).toEqual({
      action: 'accept',
      files: ['001_a.sql'],
      reason: 'edited on purpose',
    });
    expect(await typed('accept', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"changes": []'),
    });
    expect(await typed('accept', '001_a.sql')).toMatchObject({ code: 1 });
  });

  test('import records what another tool has applied', async () => {
    await db.query(`CREATE TABLE public.schema_migrations (version bigint, dirty boolean);
      INSERT INTO public.schema_migrations VALUES (1, false)`);
    const plan = await typed('import', 'golang-migrate', '--dry-run');
    expect(plan).toMatchObject({
      code: 0,
      stdout: 'This would record 1 migration that golang-migrate has applied:\n  001_a.sql\n',
    });
    const done = await typed('import', 'golang-migrate', '--from-table', 'public.schema_migrations', '--yes', '--json');
    expect(JSON.parse(done.stdout)).toEqual({
      dryRun: false,
      recorded: ['001_a.sql'],
      alreadyRecorded: [],
      unmatched: [],
    });
    expect(await outcomes(db)).toEqual({ '001_a.sql': 'applied' });
    const unknown = await typed('import', 'alembic');
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown tool "alembic"; expected one of'),
    });
  });

  test('resolve settles an in-doubt statement, and repair --restart starts over', async () => {
    await db.query('CREATE TABLE ran (what text)');
    const text = `-- no-transaction\nINSERT INTO ran VALUES ('first');\nCALL in_parts();`;
    await writeFile(join(migrations.directory, '001_a.sql'), text);
    expect(await typed('migrate')).toMatchObject({ code: 1 });
    expect(await typed('repair', '--resume', '001_a.sql', '--restart', '001_a.sql')).toMatchObject({
      code: 2,
      stderr: 'error: give either --resume or --restart\n',
    });
    expect(await typed('repair', '--resume', '001_a.sql')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing to repair: the finished steps of 001_a\.sql are as recorded/),
    });
    const restart = await typed('repair', '--restart', '001_a.sql', '--dry-run');
    expect(restart.stdout).toContain('001_a.sql starts over: 1 of 2 steps finished → 0 of 2 steps\n');
    await db.query(`UPDATE shared.schema_migrations SET running = true, error_message = 'running'`);

    const unclear = await typed('resolve', '001_a.sql', '--json');
    expect(unclear.code).toBe(2);
    expect(JSON.parse(unclear.stdout)).toMatchObject({ error: { code: 'USAGE' } });
    const plan = await typed('resolve', '001_a.sql', '--again', '--dry-run');
    expect(plan.stdout).toContain(
      'that this statement did not take effect; the next run executes it:\n  CALL in_parts()\n',
    );
    const done = await typed('resolve', '001_a.sql', '--done', '--yes', '--json');
    expect(JSON.parse(done.stdout)).toEqual({
      dryRun: false,
      file: '001_a.sql',
      outcome: 'done',
      statement: 'CALL in_parts()',
    });
    expect((await historyOf(db))[0]).toMatchObject({ steps_done: 2, running: false });
  });
});
