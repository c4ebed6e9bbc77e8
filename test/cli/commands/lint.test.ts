import { describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Log } from 'sarif';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { relations } from '../../support/migrator/history-of.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { objectOf, run } from '../command-line.js';

const db = useEmptyDatabase('cli_lint');
const migrations = useMigrations({
  '001_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, größe int);',
  '002_index.sql': 'SELECT 1;\n/* größe 😀 */ CREATE INDEX orders_size ON orders (größe);',
});

const nowhere = (...args: string[]): Promise<ProcessResult> =>
  run(['lint', '--dir', 'here', ...args], { cwd: migrations.directory });
const inDirectory = (...args: string[]): Promise<ProcessResult> =>
  run(['lint', '--dir', migrations.directory, ...args], { cwd: dirname(migrations.directory) });
const onDatabase = (command: string, ...args: string[]): Promise<ProcessResult> =>
  run([command, '--dir', migrations.directory, ...args], {
    cwd: dirname(migrations.directory),
    env: { DATABASE_URL: db.connectionString, GITHUB_WORKSPACE: undefined },
  });
const write = (file: string, text: string): Promise<void> => writeFile(join(migrations.directory, file), text);
/** The directory as typed in its parent directory. */
const folder = (): string => migrations.directory.split('/').at(-1) ?? '';

describe('without a database', () => {
  test('checks each migration, and shows each problem with its line and a caret', async () => {
    const { code, stdout, stderr } = await inDirectory();
    expect({ code, stderr }).toEqual({ code: 6, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      `${folder()}/002_index.sql:2:15 error: builds an index on orders without CONCURRENTLY, which blocks all writes to the table until it is built. [create-index-without-concurrently]`,
      '  /* größe 😀 */ CREATE INDEX orders_size ON orders (größe);',
      '                ^',
      expect.stringMatching(/^ {2}Use CREATE INDEX CONCURRENTLY in a separate file/),
      '2 migrations checked, each as a separate run, without a database: 1 error, 0 warnings, 0 notes',
      '',
    ]);
  });

  test('rule levels determine the exit code, and --strict counts warnings', async () => {
    const asWarning = ['--rule', 'create-index-without-concurrently=warn'];
    expect(await inDirectory(...asWarning)).toMatchObject({ code: 0, stdout: expect.stringContaining(' warning: ') });
    expect(await inDirectory(...asWarning, '--strict')).toMatchObject({ code: 6 });
    const off = await inDirectory('--rule', 'create-index-without-concurrently=off', '--strict');
    expect(off).toMatchObject({
      code: 0,
      stdout: '2 migrations checked, each as a separate run, without a database: 0 errors, 0 warnings, 0 notes\n',
    });
  });

  test('placeholders are filled in, and their values are not shown', async () => {
    await write('003_column.sql', 'ALTER TABLE {{table}} DROP COLUMN größe;');
    const result = await inDirectory('--placeholder', 'table=hunter2');
    expect(result.stdout).toContain('003_column.sql:1:1 warning: drops the column');
    expect(result.stdout).not.toContain('hunter2');
  });

  test('suggestions name flags, not options', async () => {
    await write('003_path.sql', "SET search_path = app; SELECT '{{tenant}}';");
    const inText = await inDirectory();
    for (const { stdout } of [inText, await inDirectory('--json')]) {
      expect(stdout).toContain('or use `--search-path` for all migrations.');
      expect(stdout).toContain('Write the value, or give it with `--placeholder`.');
    }
  });

  test('GitHub Actions annotations have paths relative to the repository, and one line each', async () => {
    await write('003_a,b:c%.sql', 'ALTER TABLE orders DROP COLUMN größe;');
    const { code, stdout } = await run(['lint', '--format', 'github'], {
      cwd: migrations.directory,
      env: { GITHUB_WORKSPACE: dirname(migrations.directory) },
    });
    // There is no folder "migrations" in here.
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const found = await run(['lint', '--dir', '.', '--format', 'github'], {
      cwd: migrations.directory,
      env: { GITHUB_WORKSPACE: dirname(migrations.directory) },
    });
    expect(found.code).toBe(6);
    const [error, warning, summary] = found.stdout.split('\n');
    expect(error).toMatch(
      new RegExp(
        `^::error file=${folder()}/002_index\\.sql,line=2,col=15,title=create-index-without-concurrently::002_index\\.sql builds an index`,
      ),
    );
    expect(warning).toMatch(
      new RegExp(
        `^::warning file=${folder()}/003_a%2Cb%3Ac%25\\.sql,line=1,col=1,title=drop-column::003_a,b:c%25\\.sql `,
      ),
    );
    expect(summary).toContain('3 migrations checked');
  });

  test('SARIF names rules, levels and regions; columns are code points', async () => {
    await write('003 ä.sql', 'ALTER TABLE orders DROP COLUMN größe;');
    await write('03_again.sql', 'SELECT 1;');
    const result = await inDirectory('--format', 'sarif', '--rule', 'duplicate-version=error');
    expect(result).toMatchObject({ code: 6, stderr: '' });
    const { version, runs } = objectOf(result) as Log;
    expect(version).toBe('2.1.0');
    const [only] = runs;
    expect(only?.columnKind).toBe('unicodeCodePoints');
    const rules = only?.tool.driver.rules ?? [];
    expect(
      only?.results?.map(({ ruleId, level, locations }) => [ruleId, level, locations?.[0]?.physicalLocation]),
    ).toEqual(
      [
        ['create-index-without-concurrently', 'error', `${folder()}/002_index.sql`, { startLine: 2, startColumn: 15 }],
        ['duplicate-version', 'error', `${folder()}/003%20%C3%A4.sql`, { startLine: 1 }],
        ['drop-column', 'warning', `${folder()}/003%20%C3%A4.sql`, { startLine: 1, startColumn: 1 }],
        ['duplicate-version', 'error', `${folder()}/03_again.sql`, { startLine: 1 }],
      ].map(([id, level, uri, region]) => [id, level, { artifactLocation: { uri }, region }]),
    );
    for (const { ruleId, ruleIndex = -1 } of only?.results ?? []) expect(rules[ruleIndex]?.id).toBe(ruleId);
    expect(rules[0]?.help?.markdown).toContain('```sql\nCREATE INDEX CONCURRENTLY');
  });

  test('--json has every field, null where there is no value', async () => {
    await write('02_again.sql', 'SELECT 1;');
    const result = await inDirectory('--json', '--rule', 'create-index-without-concurrently=off');
    expect(result.code).toBe(0);
    expect(objectOf(result)).toEqual({
      exitCode: 0,
      files: ['001_orders.sql', '002_index.sql', '02_again.sql'],
      diagnostics: ['002_index.sql', '02_again.sql'].map((file) => ({
        rule: 'duplicate-version',
        severity: 'warning',
        file,
        line: null,
        column: null,
        message: expect.stringContaining('has the same version as'),
        remedy: expect.any(String),
        size: null,
        excerpt: null,
      })),
    });
  });

  test.each<[string, string[], string]>([
    ['an unknown rule', ['--rule', 'drop-colum=off'], '--rule: unknown rule "drop-colum"; did you mean "drop-column"?'],
    ['an unknown level', ['--rule', 'drop-column=loud'], '--rule: drop-column: expected one of "off", "warn", "error"'],
    [
      'a table size that is not a number',
      ['--large-table-rows', 'big'],
      '--large-table-rows: expected a whole number of at least 1',
    ],
    ['an unknown format', ['--format', 'xml'], '--format: expected one of "text", "github", "sarif"'],
    ['two formats', ['--format', 'sarif', '--json'], '--json and --format are mutually exclusive'],
    ['an empty URL', ['--database-url', ''], 'no database: pass --database-url, or set DATABASE_URL or PGHOST'],
    ['a directory that does not exist', [], 'it does not exist'],
  ])('%s ends with 2', async (_, args, message) => {
    expect(await nowhere(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe('with a database', () => {
  test('only pending migrations are checked, as one run, with table sizes', async () => {
    expect(await onDatabase('lint')).toMatchObject({
      code: 0,
      stdout: '2 migrations checked as one run: 0 errors, 0 warnings, 0 notes\n',
      stderr: '',
    });
    await onDatabase('migrate');
    await db.query('INSERT INTO orders SELECT n FROM generate_series(1, 20) n');
    await db.query('ANALYZE orders');
    await write('003_drop.sql', 'ALTER TABLE orders DROP COLUMN größe;');
    const found = await onDatabase('lint', '--json');
    expect(found.code).toBe(0);
    expect(objectOf(found)).toMatchObject({
      files: ['003_drop.sql'],
      diagnostics: [{ rule: 'drop-column', size: { table: 'orders', rows: 20, bytes: expect.any(Number) } }],
    });
    expect((await onDatabase('lint')).stdout).toContain('(orders has about 20 rows, 8 kB)');
    const all = await onDatabase('lint', '--all');
    expect(all.code).toBe(6);
    expect(all.stdout).toContain('3 migrations checked, each as a separate run, without a database: 1 error');
  });

  test.each<[string, string[]]>([
    ['with a database', []],
    ['with --all', ['--all']],
  ])('a configuration file that exports a function is called once, %s', async (_, args) => {
    const text = `module.exports = () => { console.error('called'); return { directory: '.' }; };`;
    await write('migrations.config.cjs', text);
    const env = { DATABASE_URL: db.connectionString };
    const { stdout, stderr } = await run(['lint', ...args], { cwd: migrations.directory, env });
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringContaining('2 migrations checked'), stderr: 'called\n' });
  });

  test('exits with 3 if the database is unreachable, and --all does not connect', async () => {
    const flags = ['--database-url', 'postgres://someone:hunter2@127.0.0.1:1/app'];
    expect(await inDirectory(...flags)).toMatchObject({ code: 3, stdout: '' });
    expect(await inDirectory(...flags, '--all')).toMatchObject({ code: 6, stderr: '' });
  });

  test('migrate --lint error refuses to run, warn only reports, and by default nothing is linted', async () => {
    await onDatabase('migrate');
    await write('003_index.sql', 'CREATE INDEX again ON orders (größe);');
    const refused = await onDatabase('migrate', '--lint', 'error', '--json');
    expect(refused.code).toBe(1);
    expect(objectOf(refused)).toMatchObject({
      error: { code: 'REFUSED', findings: [{ code: 'LINT_ERROR', subject: '003_index.sql', line: 1, column: 1 }] },
    });
    expect(await relations(db)).not.toContain('again');
    const warned = await onDatabase('migrate', '--lint', 'warn');
    expect(warned).toMatchObject({ code: 0, stdout: expect.stringContaining('[LINT_WARNING]') });
    await write('004_index.sql', 'CREATE INDEX once_more ON orders (größe);');
    const silent = await onDatabase('migrate');
    expect(silent).toMatchObject({ code: 0, stdout: expect.not.stringContaining('LINT') });
    expect(await onDatabase('migrate', '--lint', 'loud')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--lint: expected one of "off", "warn", "error"'),
    });
  });

  test('check exits with 6 if a pending migration has a lint error, unless something worse was found', async () => {
    await onDatabase('migrate');
    await write('003_index.sql', 'CREATE INDEX again ON orders (größe);');
    const text = await onDatabase('check');
    expect(text).toMatchObject({ code: 6, stderr: '' });
    expect(text.stdout).toContain('003_index.sql is pending\n');
    expect(text.stdout).toContain(`${folder()}/003_index.sql:1:1 error: builds an index on orders`);
    const json = await onDatabase('check', '--json');
    expect(json.code).toBe(6);
    expect(objectOf(json)).toMatchObject({
      exitCode: 6,
      open: [{ file: '003_index.sql', state: 'pending' }],
      diagnostics: [{ rule: 'create-index-without-concurrently', file: '003_index.sql', line: 1, column: 1 }],
    });
    const github = await onDatabase('check', '--format', 'github');
    expect(github.stdout.split('\n')).toEqual([
      `::notice file=${folder()}/003_index.sql,title=pending::003_index.sql is pending`,
      expect.stringMatching(/^::error file=.*,line=1,col=1,title=create-index-without-concurrently::/),
      '',
    ]);

    const warned = await onDatabase('check', '--lint', 'warn');
    expect(warned).toMatchObject({ code: 4, stdout: expect.stringContaining('[create-index-without-concurrently]') });
    const off = await onDatabase('check', '--lint', 'off');
    expect(off).toMatchObject({ code: 4, stdout: '003_index.sql is pending\n' });
    await write('001_orders.sql', 'CREATE TABLE orders (id int);');
    expect(await onDatabase('check')).toMatchObject({ code: 5 });
  });
});
