import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { repositoryRoot, type ProcessResult } from '../../support/programs/process.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { writeFiles } from '../../support/files/write-files.js';
import { objectOf, run } from '../command-line.js';

const db = useEmptyDatabase('cli_lint_squawk');
const migrations = useMigrations({
  '001_notes.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY, body text);',
  '002_note.sql': '/* 😀 */ ALTER TABLE {{table}} DROP COLUMN body;',
});

/** In the repository, where Squawk is installed. */
const lint = (...args: string[]): Promise<ProcessResult> =>
  run(['lint', '--squawk', '--dir', migrations.directory, '--placeholder', 'table=notes', ...args], {
    cwd: repositoryRoot,
  });

test('reports what Squawk finds, at its place in the file and in the same form as our own diagnostics', async () => {
  const { code, stdout, stderr } = await lint();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/002_note\.sql:1:9 warning: drops the column body .* \[drop-column\]$/),
    '  /* 😀 */ ALTER TABLE {{table}} DROP COLUMN body;',
    '          ^',
    expect.any(String),
    `${join(migrations.directory, '002_note.sql')}:1:31 warning: breaks a rule of Squawk: Dropping a column may break existing clients. [squawk/ban-drop-column]`,
    '  /* 😀 */ ALTER TABLE {{table}} DROP COLUMN body;',
    expect.stringMatching(/^ +\^$/),
    '2 migrations checked, each as a separate run, without a database: 0 errors, 2 warnings, 0 notes',
    '',
  ]);
  expect(await lint('--strict', '--rule', 'drop-column=off')).toMatchObject({ code: 6 });
  expect((await run(['lint', '--dir', migrations.directory], { cwd: repositoryRoot })).stdout).not.toContain('quawk');
});

test('knows the transaction mode and the values of placeholders, which it does not show', async () => {
  await writeFiles(migrations.directory, {
    '003_a.sql': 'CREATE TABLE {{schema}}.a (); SELECT 1;',
    '004_b.sql': '-- no-transaction\nCREATE TABLE {{schema}}.a (); SELECT 1;',
  });
  const result = await lint('--placeholder', 'schema=hunter2', '--json');
  const { diagnostics } = objectOf(result) as { diagnostics: { file: string; rule: string }[] };
  expect(diagnostics.filter(({ file }) => file > '003').map(({ file, rule }) => `${file} ${rule}`)).toEqual([
    '004_b.sql missing-if-not-exists',
    '004_b.sql squawk/prefer-robust-stmts',
  ]);
  expect(result.stdout).not.toContain('hunter2');
});

test('with a database, only the pending migrations are checked', async () => {
  const url = ['--database-url', db.connectionString];
  const { code } = await run([
    'migrate',
    ...url,
    '--dir',
    migrations.directory,
    '--to',
    '001_notes.sql',
    '--placeholder',
    'table=notes',
  ]);
  expect(code).toBe(0);
  await writeFiles(migrations.directory, { '003_c.sql': 'SELEC 1; DROP TABLE notes;' });
  const { diagnostics } = objectOf(await lint(...url, '--json')) as {
    diagnostics: { file: string; rule: string; severity: string }[];
  };
  expect(
    diagnostics.filter(({ rule }) => rule.startsWith('squawk/')).map(({ file, rule }) => `${file} ${rule}`),
  ).toEqual([
    '002_note.sql squawk/ban-drop-column',
    '003_c.sql squawk/syntax-error',
    '003_c.sql squawk/ban-drop-table',
  ]);
});

test('SARIF links to the documentation of Squawk', async () => {
  const { runs } = objectOf(await lint('--format', 'sarif')) as Log;
  expect(runs[0]?.tool.driver.rules).toContainEqual({
    id: 'squawk/ban-drop-column',
    helpUri: 'https://squawkhq.com/docs/ban-drop-column',
  });
});

test('without the package, says how to install it', async () => {
  const args = ['lint', '--squawk', '--dir', migrations.directory];
  const elsewhere = { cwd: migrations.directory };
  expect(await run(args, elsewhere)).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      'error: --squawk needs the package squawk-cli. To install it, run:\n  npm install --save-dev squawk-cli@2\n',
  });
  expect(objectOf(await run([...args, '--json'], elsewhere))).toMatchObject({
    error: { code: 'SQUAWK', commands: ['npm install --save-dev squawk-cli@2'] },
  });
});
