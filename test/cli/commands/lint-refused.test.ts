import { expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { runProcess, type ProcessResult } from '../../support/programs/process.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { MAIN, objectOf, run } from '../command-line.js';

const db = useEmptyDatabase('cli_lint_refused');
const migrations = useMigrations({});
const write = (file: string, text: string): Promise<void> => writeFile(join(migrations.directory, file), text);
const lint = (...flags: string[]): Promise<ProcessResult> => run(['lint', '--dir', migrations.directory, ...flags]);
const onDatabase = (...words: string[]): Promise<ProcessResult> =>
  run([...words, '--dir', migrations.directory], { env: { DATABASE_URL: db.connectionString } });

test('a file that a run would refuse: lint names the flag that helps', async () => {
  await write('001_a.sql', `SELECT '{{tenant}}', '{{other}}';`);
  const flags = ['--placeholder', 'other=1'];
  const refused = await lint(...flags);
  expect(refused.code).toBe(6);
  expect(refused.stdout).toContain('Give it a value with `--placeholder tenant=<value>`.');
  expect((await lint(...flags, '--json')).stdout).toContain('Give it a value with `--placeholder tenant=<value>`.');
  expect(await lint(...flags, '--placeholder', 'tenant=acme')).toMatchObject({ code: 0 });
});

test.each(['lint', 'check'])('a file that a run would refuse: %s names the command that helps', async (command) => {
  await write('001_a.sql', '-- no-transaction\nSELECT 1;\nSELECT 1/0;\n');
  await onDatabase('migrate');
  await write('001_a.sql', '-- no-transaction\nSELECT 2;\nSELECT 2;\n');
  const { stdout } = await onDatabase(command);
  expect(stdout).toContain('[refused-file]');
  expect(stdout).not.toMatch(/\b(?:repair|mark)\(/);
  const [, resume = ''] = /`nest-migrations (repair --resume 001_a\.sql [^`]*)`/.exec(stdout) ?? [];
  const helped = await runProcess('sh', ['-c', `"${process.execPath}" "${MAIN}" ${resume} --yes`], {
    env: { DATABASE_URL: db.connectionString },
  });
  expect(helped).toMatchObject({ code: 0, stderr: '' });
  expect(objectOf(await onDatabase('lint', '--json'))).toMatchObject({ exitCode: 0, diagnostics: [] });
});
