import { beforeAll, describe, expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { hostProject } from '../../support/programs/host-project.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { writeFiles } from '../../support/files/write-files.js';
import { FILES, objectOf, run } from '../command-line.js';
import { CONFIGURED, NAMED, POOLED } from './applications.js';

const db = useEmptyDatabase('cli_module');
let project = '';
beforeAll(async () => {
  project = await hostProject({
    'package.json': '{ "type": "commonjs" }',
    'dist/app.module.mjs': CONFIGURED,
    'dist/pooled.js': POOLED,
    'dist/named.js': NAMED,
    'sql/001_a.sql': FILES['001_a.sql'],
  });
});

const inProject = (args: string[], env: Record<string, string> = {}): Promise<ProcessResult> =>
  run(args, { cwd: project, env: { DATABASE_URL: db.connectionString, ...env } });

const settings = async (args: string[]): Promise<Record<string, { value: unknown; source: string }>> => {
  const parsed = objectOf(await inProject(['config', '--json', ...args])) as {
    settings: { option: string; value: unknown; source: string }[];
  };
  return Object.fromEntries(parsed.settings.map(({ option, value, source }) => [option, { value, source }]));
};

const tableOf = async (...args: string[]): Promise<unknown> =>
  (await settings(['--module', 'dist/named.js', ...args]))['table']?.value;

describe('--module', () => {
  test('migrates with the options of the application, without starting any part of it', async () => {
    const { code, stdout, stderr } = await inProject(['migrate', '--module', 'dist/app.module.mjs', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('loading the application') });
    expect(stderr).not.toContain('STARTED');
    expect(JSON.parse(stdout)).toMatchObject({ applied: ['001_a.sql'] });
    expect(await outcomes(db, 'public.done')).toEqual({ '001_a.sql': 'applied' });
  });

  test('does not migrate as a side effect', async () => {
    const { code, stdout } = await inProject(['pending', '--module', 'dist/app.module.mjs'], { HISTORY: 'public.own' });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '001_a.sql (pending)\n' });
    expect((await db.query(`SELECT to_regclass('public.own') AS own`)).rows).toEqual([{ own: null }]);
  });

  test('is the source of its options, which the configuration file and flags override, but not DATABASE_URL', async () => {
    await writeFiles(project, { 'other.json': JSON.stringify({ table: 'public.file', timeouts: { connect: 9000 } }) });
    const args = ['--module', 'dist/app.module.mjs', '--config', 'other.json', '--dir', 'elsewhere'];
    const source = 'module dist/app.module.mjs';
    const found = await settings(args);
    expect(found).toMatchObject({
      directory: { value: 'elsewhere', source: '--dir' },
      table: { value: 'public.file', source: 'other.json' },
      connectionString: { source },
      'placeholders.secret': { value: '***', source },
      'timeouts.read': { value: 7000, source },
      'timeouts.connect': { value: 9000, source: 'other.json' },
      'timeouts.connectRetry': { value: 0, source: 'the command line' },
    });
  });

  test.each(['WithClass', 'WithExisting'])('may get a pool through a class: %s', async (name) => {
    // Nobody ends the pool: unless the command exits by itself, the process would be killed after a minute.
    const { code, stdout } = await inProject(['status', '--module', `dist/pooled.js#${name}`, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ migrations: [{ file: '001_a.sql' }] });
  });

  test('may have several instances, selected by --name', async () => {
    expect(await tableOf()).toBe('public.main');
    expect(await tableOf('--name', 'audit')).toBe('public.audit');
    const wrong = await inProject(['config', '--module', 'dist/named.js', '--name', 'audti']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean --name audit?') });
    const alone = await inProject(['config', '--name', 'audit']);
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('--name needs --module') });
  });

  test('can be set in package.json, and appears in remedies', async () => {
    const key = { module: 'dist/named.js', name: 'audit', table: 'public.key' };
    await writeFiles(project, { 'keyed.json': JSON.stringify(key) });
    expect(await settings(['--config', 'keyed.json'])).toMatchObject({
      table: { value: 'public.key', source: 'keyed.json' },
      directory: { value: 'sql', source: 'module dist/named.js' },
    });
    const refused = await inProject(['wait', '--timeout', '0', '--module', 'dist/named.js', '--name', 'audit']);
    expect(refused.stderr).toContain('`nest-migrations migrate --module dist/named.js --name audit`');
  });

  test('reads files without a database: new', async () => {
    const { stdout } = await inProject(['new', 'b', '--module', 'dist/named.js']);
    expect(stdout).toContain('sql/002_b.sql');
  });
});

const HEAD = `
require('reflect-metadata');
const { Module } = require('@nestjs/common');
const { MigrationsModule } = require('nestjs-pg-migrations');
class Missing {}
class AppModule {}
exports.AppModule = AppModule;
`;

/** A file that exports a module with this metadata. */
const MODULE = (metadata: string): string => `${HEAD} Module(${metadata})(AppModule);`;

describe('a module that cannot be used', () => {
  test.each<[name: string, content: string | undefined, specifier: string, problem: string]>([
    [
      'missing',
      undefined,
      'dist/gone.js',
      'there is no file dist/gone.js. Build the application first, for example with `npm run build`',
    ],
    ['typescript', '', 'src/app.module.ts', 'Pass the compiled file'],
    ['broken', 'throw new Error("no luck")', 'a.js', 'a.js cannot be loaded: no luck'],
    [
      'main',
      `${MODULE('{ imports: [] }')} console.log('RAN'); require('@nestjs/core').NestFactory.create(AppModule);`,
      'main.js',
      'main.js starts the application. Pass the file of its module, such as dist/app.module.js',
    ],
    ['no-class', 'exports.other = class {}', 'a.js', 'a.js exports no class with @Module()'],
    [
      'several',
      `${MODULE('{ imports: [] }')} class B {} Module({ imports: [] })(B); exports.B = B;`,
      'a.js',
      'Choose one: a.js#AppModule, a.js#B',
    ],
    [
      'misspelled',
      MODULE('{ imports: [] }'),
      'a.js#AppModul',
      'a.js exports no class AppModul with @Module(). Did you mean a.js#AppModule?',
    ],
    [
      'none',
      MODULE('{ imports: [] }'),
      'a.js',
      'this module does not import MigrationsModule, directly or through others',
    ],
    [
      'unresolved',
      MODULE(`{ imports: [MigrationsModule.forRootAsync({ inject: [Missing], useFactory: () => ({}) })] }`),
      'a.js',
      "the options of MigrationsModule cannot be created: Nest can't resolve dependencies of the Symbol(nestjs-pg-migrations: options) (?). Please make sure that the argument Missing at index [0]",
    ],
    [
      'throwing',
      MODULE(`{ imports: [MigrationsModule.forRootAsync({ useFactory: () => { throw new Error('no URL') } })] }`),
      'a.js',
      'the options of MigrationsModule cannot be created: no URL',
    ],
    [
      'twice',
      MODULE(`{ imports: [MigrationsModule.forRoot({ table: 'a' }), MigrationsModule.forRoot({ table: 'b' })] }`),
      'a.js',
      'MigrationsModule is imported 2 times without a name',
    ],
    [
      'invalid',
      MODULE(`{ imports: [MigrationsModule.forRoot({ connectionString: 'postgres://h/d', lock: 'no' })] }`),
      'a.js',
      'module a.js: lock: ',
    ],
  ])('%s', async (name, content, specifier, problem) => {
    const folder = await hostProject(content === undefined ? {} : { [specifier.replace(/#.*/, '')]: content });
    const { code, stdout, stderr } = await run(['status', '--json', '--module', specifier], { cwd: folder });
    expect({ name, code, stderr }).toMatchObject({ name, code: 2 });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'INVALID_OPTIONS', problems: [{ message: expect.stringContaining(problem) }] },
    });
  });
});
