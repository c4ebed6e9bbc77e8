import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { runProcess, type ProcessResult } from '../../support/programs/process.js';
import { objectOf, run } from '../command-line.js';
import { LIST, useSchools } from './schools.js';

const { db, type, write, open, project } = useSchools('cli_tenant_files');

const HARD_CODED = 'CREATE TABLE {{schema}}.c (id int); COMMENT ON TABLE elm.c IS $$ {{note}} $$;';
const SHARED_TABLE = 'CREATE TABLE shared.schools (name text PRIMARY KEY, pilot boolean, broken boolean)';
const rulesOf = (diagnostics: readonly { file: string; rule: string }[]): string[] =>
  diagnostics.map(({ file, rule }) => `${file} ${rule}`);

interface Linted {
  files: string[];
  diagnostics: { file: string; rule: string }[];
  failed?: object[];
}
const lint = async (...args: string[]) =>
  objectOf(await type('lint', '--json', ...args)) as Linted & { tenants: Linted };
/** Without a database. */
const offline = (...args: string[]): Promise<ProcessResult> => run(args, { cwd: project() });

const git = (...args: string[]): Promise<ProcessResult> =>
  runProcess('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: project() });

describe('lint', () => {
  test('without a database also lints all files of tenants, whose list is not read', async () => {
    await write({
      'schools/003_c.sql': HARD_CODED,
      'migrations/002_d.sql': 'ALTER TABLE shared.schools DROP COLUMN pilot;',
    });
    const json = objectOf(await offline('lint', '--json')) as Linted & { tenants: Linted };
    expect({ files: json.files, tenants: json.tenants.files }).toEqual({
      files: ['001_schools.sql', '002_d.sql'],
      tenants: ['001_a.sql', '002_b.sql', '003_c.sql'],
    });
    expect(rulesOf(json.diagnostics)).toContain('002_d.sql drop-column');
    expect(rulesOf(json.tenants.diagnostics)).toEqual(['003_c.sql hard-coded-schema']);
    expect(await lint('--all')).toEqual(json);
    const { code, stdout } = await offline('lint');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^schools\/003_c\.sql:1:\d+ warning: names the schema elm, .* \[hard-coded-schema\]$/m);
    expect(stdout).toMatch(
      /\n2 migrations checked, each as a separate run, without a database: .*\n3 migrations of tenants checked, each .*: 0 errors, 1 warning, 0 notes\n$/,
    );
    expect(await offline('lint', '--strict')).toMatchObject({ code: 6 });
    expect((await offline('lint', '--format', 'github')).stdout).toContain('::warning file=schools/003_c.sql,line=1,');
    const { runs } = objectOf(await offline('lint', '--format', 'sarif')) as Log;
    const places = runs[0]?.results?.map(({ locations }) => locations?.[0]?.physicalLocation?.artifactLocation?.uri);
    expect(places).toEqual(expect.arrayContaining(['migrations/002_d.sql', 'schools/003_c.sql']));
  });

  test('uses the placeholders of the tenants in a list that is an array, and reports one without a value', async () => {
    const config = (list: object[]): Promise<void> =>
      write({ 'migrations.config.json': JSON.stringify({ tenants: { directory: 'schools', list } }) });
    await write({ 'schools/003_c.sql': 'COMMENT ON TABLE a IS $$ {{note}} $$;' });
    await config([{ name: 'elm', schema: 'elm', placeholders: { note: 'x' } }]);
    expect(await offline('lint')).toMatchObject({ code: 0 });
    await config([{ name: 'elm', schema: 'elm' }]);
    expect(await offline('lint')).toMatchObject({ code: 6, stdout: expect.stringContaining('the placeholder note') });
    await config([]);
    expect(await offline('lint')).toMatchObject({ code: 0 }); // as for a list that is not read
    await write({ 'schools/003_c.sql': 'COMMENT ON TABLE elm.a IS $$ x $$;' });
    await config([
      { name: 'own', connectionString: 'postgresql://127.0.0.1:1/own' },
      { name: 'elm', schema: 'elm' },
    ]);
    expect((await offline('lint')).stdout).toContain('[hard-coded-schema]');
  });

  test('with a database lints what is pending for tenants, and all of their files as long as there are none', async () => {
    await db.query('DROP SCHEMA shared CASCADE');
    expect((await lint()).tenants.files).toEqual(['001_a.sql', '002_b.sql']);
    expect((await type('lint')).stdout).toContain('as the list cannot be read before the shared files have run');
    await type('migrate');
    await db.query('DROP TABLE shared.schools');
    expect(await type('lint')).toMatchObject({ code: 2, stderr: expect.stringContaining('"shared.schools" does not') });
    await db.query(SHARED_TABLE);
    expect((await type('lint')).stdout).toMatch(
      /\n2 migrations of tenants checked, each as a separate run, as there are no tenants yet: /,
    );
    await open('elm', 'oak');
    await type('migrate', '--all');
    expect(await lint()).toMatchObject({ tenants: { files: [], diagnostics: [] } });
    await write({ 'schools/003_c.sql': 'COMMENT ON TABLE elm.a IS $$ x $$;' });
    const pending = await lint('--rule', 'hard-coded-schema=error');
    expect(pending.tenants.files).toEqual(['003_c.sql']);
    expect(rulesOf(pending.tenants.diagnostics)).toEqual(['003_c.sql hard-coded-schema']); // even for elm itself
    expect(await type('check', '--all', '--rule', 'hard-coded-schema=error')).toMatchObject({ code: 6 });
  });

  test('with a database lints tenants without a schema, and fails for those whose files are not known', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    await db.query(`INSERT INTO shared.schools VALUES ('ash', false, false)`);
    await write({ 'schools/003_c.sql': 'COMMENT ON TABLE elm.a IS $$ x $$;' });
    await type('migrate', '--tenant', 'elm', '--tenant', 'oak');
    expect((await lint()).tenants).toMatchObject({ files: ['001_a.sql', '002_b.sql', '003_c.sql'], failed: [] });
    expect(await type('lint', '--rule', 'hard-coded-schema=error')).toMatchObject({ code: 6 });
    await db.query('DROP SCHEMA oak CASCADE; CREATE SCHEMA oak; CREATE TABLE oak.x ()');
    const { code, stderr } = await type('lint');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^1 tenant \(oak\) left out:\n[^]*REPL/),
    });
    expect((await lint()).tenants).toMatchObject({ failed: [{ tenant: 'oak', error: { code: 'REFUSED' } }] });
  });

  test('works before a shared file adds a column that the list reads', async () => {
    await write({
      'migrations/002_since.sql': 'ALTER TABLE shared.schools ADD COLUMN since date;',
      'migrations.config.json': JSON.stringify({
        tenants: { directory: 'schools', list: 'SELECT name, since::text AS "group" FROM shared.schools' },
      }),
    });
    expect(await lint()).toMatchObject({ files: ['002_since.sql'], tenants: { files: ['001_a.sql', '002_b.sql'] } });
    expect((await type('plan', '--all')).stderr).toContain('apply them first, with `nest-migrations migrate`');
  });

  test('leaves out the shared files if there are none', async () => {
    const tenants = { directory: 'schools', list: LIST, sharedFiles: false };
    await write({ 'migrations.config.json': JSON.stringify({ tenants }) });
    expect(objectOf(await offline('lint', '--json'))).toMatchObject({
      files: [],
      tenants: { files: ['001_a.sql', '002_b.sql'] },
    });
  });
});

describe('check --base', () => {
  test('also compares the files of tenants with the base, and lints new ones', async () => {
    await git('init', '-b', 'trunk');
    await git('add', '.');
    await git('commit', '-m', 'base');
    await git('checkout', '-b', 'work');
    await write({ 'schools/001_a.sql': 'CREATE TABLE a (id bigint);', 'schools/003_c.sql': HARD_CODED });
    const { code, stdout } = await offline('check', '--base', 'trunk');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^Compared with trunk: 0 new migrations, 0 errors\nschools\/001_a\.sql was edited [^]*\[hard-coded-schema\][^]*\nTenants: Compared with trunk: 1 new migration, 1 error\n$/,
    );
    expect(objectOf(await offline('check', '--base', 'trunk', '--json'))).toMatchObject({
      exitCode: 1,
      base: { ref: 'trunk' },
      added: [],
      findings: [],
      tenants: { added: ['003_c.sql'], findings: [{ kind: 'edited', file: '001_a.sql' }], diagnostics: [{}] },
    });
    await git('checkout', '--', 'schools/001_a.sql');
    expect(await offline('check', '--base', 'trunk')).toMatchObject({ code: 0 });
    expect(await offline('check', '--base', 'trunk', '--rule', 'hard-coded-schema=error')).toMatchObject({ code: 6 });
    // What the shared files create would be unknown.
    for (const words of [['lint'], ['check', '--base', 'trunk']])
      expect(await offline(...words, '--dir', 'schools')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('schools is the directory of tenants, whose files are checked in any case'),
      });
  });
});

describe('new', () => {
  test('creates a file in the directory of tenants, with its next number', async () => {
    expect(objectOf(await offline('new', 'grades', '--tenants', '--json'))).toEqual({
      file: '003_grades.sql',
      path: 'schools/003_grades.sql',
    });
    expect(await readFile(join(project(), 'schools/003_grades.sql'), 'utf8')).toBe('');
    expect(await offline('new', 'x', '--tenants', '--dir', 'other')).toMatchObject({
      code: 2,
      stderr: 'error: --dir and --tenants are mutually exclusive\n',
    });
    await write({ 'migrations.config.json': '{}' });
    expect(await offline('new', 'x', '--tenants')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('tenants is missing'),
    });
  });
});

describe('a list that reads a table which the shared files create', () => {
  test('cannot be read before they run, and the message says how to run them', async () => {
    await db.query('DROP SCHEMA shared CASCADE');
    for (const command of ['plan', 'status', 'check', 'pending'])
      for (const selection of ['--all', '--tenant=elm'])
        expect(await type(command, selection)).toMatchObject({
          code: 2,
          stderr: expect.stringMatching(
            /\n {2}- tenants\.list: it failed: relation "shared\.schools" does not exist\. .*\nIf shared migrations create what the list reads, apply them first, with `nest-migrations migrate`\.\n\[INVALID_TENANTS\]\n$/,
          ),
        });
    await type('migrate');
    expect(await type('plan', '--all')).toMatchObject({ code: 0 });
    const tenants = { directory: 'schools', list: 'SELECT name FROM nowhere', sharedFiles: false };
    await write({ 'migrations.config.json': JSON.stringify({ tenants }) });
    expect((await type('status', '--all')).stderr).not.toContain('shared migrations');
  });
});

test('a directory of tenants that does not exist is named by its option', async () => {
  const tenants = { directory: 'nowhere', list: LIST };
  await write({ 'migrations.config.json': JSON.stringify({ tenants }) });
  await git('init', '-b', 'trunk');
  await git('add', '.');
  await git('commit', '-m', 'base');
  for (const words of [['lint'], ['lint', '--all'], ['check', '--base', 'trunk'], ['plan', '--all']])
    expect(await type(...words)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nowhere cannot be used:.*point the option "tenants\.directory" at the right one/s),
    });
});
