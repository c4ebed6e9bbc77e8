import { beforeAll, describe, expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { hostProject } from '../../support/programs/host-project.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { writeFiles } from '../../support/files/write-files.js';
import { objectOf, run } from '../command-line.js';

const db = useEmptyDatabase('cli_tenants_config');

/** A list from a service, which needs a pool that only a list creates. */
const APPLICATION = `
require('reflect-metadata');
const { Module } = require('@nestjs/common');
const { MigrationsModule } = require('nestjs-pg-migrations');
const { Pool } = require('pg');

class PoolModule {}
Module({
  providers: [{ provide: Pool, useFactory: () => {
    console.log('a pool was created');
    return new Pool({ connectionString: process.env.DATABASE_URL });
  } }],
  exports: [Pool],
})(PoolModule);

class AppModule {}
Module({
  imports: [
    MigrationsModule.forRoot({
      connectionString: process.env.DATABASE_URL,
      directory: 'sql',
      onBootstrap: 'validate',
      tenants: {
        directory: 'schools',
        rollout: { gate: () => true },
        worker: false,
        list: {
          imports: [PoolModule],
          inject: [Pool],
          useFactory: async function* (pool) {
            const { rows } = await pool.query("SELECT nspname AS schema FROM pg_namespace WHERE nspname LIKE 'school%' ORDER BY 1");
            for (const { schema } of rows) yield { name: schema.slice(7), schema };
          },
        },
      },
    }),
  ],
})(AppModule);
exports.AppModule = AppModule;
`;

let project = '';
beforeAll(async () => {
  project = await hostProject({
    'dist/app.module.js': APPLICATION,
    'sql/001_s.sql': 'CREATE TABLE s (id int);',
    'schools/001_a.sql': 'CREATE TABLE a (id int);',
  });
});

const type = (...args: string[]): Promise<ProcessResult> =>
  run(args, { cwd: project, env: { DATABASE_URL: db.connectionString } });

const settingsOf = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { settings } = objectOf(await type('config', '--json', ...args)) as {
    settings: { option: string; value: unknown; source: string }[];
  };
  const ofTenants = settings.filter(({ option }) => option.startsWith('tenants.'));
  return Object.fromEntries(ofTenants.map(({ option, ...setting }) => [option, setting]));
};

const written = (tenants: object): Promise<void> =>
  writeFiles(project, { 'tenants.json': JSON.stringify({ tenants }) });

describe('tenants of a module', () => {
  test('come from its providers, which are only created for commands on tenants', async () => {
    await db.query('CREATE SCHEMA school_elm; CREATE SCHEMA school_oak');
    const flags = ['--module', 'dist/app.module.js'];
    const { code, stdout, stderr } = await type('migrate', '--all', '--json', ...flags);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('a pool was created') });
    expect(JSON.parse(stdout)).toMatchObject({
      shared: { applied: ['001_s.sql'] },
      tenants: [
        { tenant: 'elm', applied: ['001_a.sql'] },
        { tenant: 'oak', applied: ['001_a.sql'] },
      ],
    });
    const alone = await type('migrate', ...flags);
    expect(alone.code).toBe(0);
    expect(alone.stderr).not.toContain('a pool was created');
  });

  test('are part of the effective options, and a file may override single options', async () => {
    await writeFiles(project, {
      'other.json': JSON.stringify({ tenants: { directory: 'other', sharedFiles: false } }),
    });
    const source = 'module dist/app.module.js';
    expect(await settingsOf('--module', 'dist/app.module.js', '--config', 'other.json')).toEqual({
      'tenants.directory': { value: 'other', source: 'other.json' },
      'tenants.list': { value: '(function)', source },
      'tenants.listTimeout': { value: 10_000, source: 'default' },
      'tenants.history': { value: 'shared', source: 'default' },
      'tenants.sharedFiles': { value: false, source: 'other.json' },
      'tenants.rollout': { value: { waves: [], gate: '(function)', stopAfter: 1, parallelism: 4 }, source },
    });
  });
});

describe('tenants in a configuration file', () => {
  test('are shown with secrets masked', async () => {
    const connection = { host: 'db', user: 'app', password: 'hunter2' };
    await written({
      directory: 'schools',
      list: [
        { name: 'elm', schema: 'elm', group: 'pilot', placeholders: { token: 'hunter2' } },
        { name: 'oak', connectionString: 'postgres://app:hunter2@db/oak' },
        { name: 'yew', connection },
      ],
    });
    const { stdout } = await type('config', '--config', 'tenants.json');
    expect(stdout).not.toContain('hunter2');
    expect(await settingsOf('--config', 'tenants.json')).toMatchObject({
      'tenants.list': {
        source: 'tenants.json',
        value: [
          { name: 'elm', schema: 'elm', group: 'pilot', placeholders: '***' },
          { name: 'oak', connectionString: 'postgres://app:***@db/oak' },
          { name: 'yew', connection: { host: 'db', user: 'app', password: '***' } },
        ],
      },
    });
  });

  test.each<[string, object, string]>([
    ['without a directory', { list: [] }, 'tenants.json: tenants.directory: '],
    [
      'with an unknown option',
      { directory: 'schools', list: [], wave: 1 },
      'tenants.json: unknown option "tenants.wave"',
    ],
    [
      'with a list from providers',
      { directory: 'schools', list: { useFactory: true } },
      'tenants.json: tenants.list: its useFactory needs providers of the application; take the options from its module with --module',
    ],
  ])('are refused %s', async (_, tenants, message) => {
    await written(tenants);
    for (const command of ['config', 'status'])
      expect(await type(command, '--config', 'tenants.json')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(message),
      });
  });
});
