import { beforeAll, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostProject } from '../support/programs/host-project.js';
import { repositoryRoot, runProcess } from '../support/programs/process.js';

/** A user's project. */
let project: string;

beforeAll(async () => {
  project = await hostProject();
});

/** Runs a file of that project and gives what it printed. */
async function run(file: string, text: string, ...nodeOptions: string[]): Promise<unknown> {
  await writeFile(join(project, file), text);
  const result = await runProcess(process.execPath, [...nodeOptions, file], { cwd: project });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(result.stdout);
}

const CALLS = `
  const { Module } = require('@nestjs/common');
  const dynamic = required.MigrationsModule.forRoot({ connectionString: 'postgres://localhost/x', onBootstrap: 'off' });
`;

describe('a consumer', () => {
  test('in CommonJS and one in ESM get the same instance', async () => {
    const printed = await run(
      'same.cjs',
      `
      require('reflect-metadata');
      const required = require('nestjs-pg-migrations');
      const requiredMigrator = require('nestjs-pg-migrations/migrator');
      ${CALLS}
      (async () => {
        const imported = await import('nestjs-pg-migrations');
        const importedMigrator = await import('nestjs-pg-migrations/migrator');
        console.log(JSON.stringify({
          sameModule: required.MigrationsModule === imported.MigrationsModule,
          sameToken: required.MIGRATIONS_READY === imported.MIGRATIONS_READY,
          sameErrors: requiredMigrator.MigrationFailedError === imported.MigrationFailedError,
          sameFunctions: requiredMigrator.runMigrations === importedMigrator.runMigrations,
          global: dynamic.global,
          sameNames: Object.keys(required).filter((name) => name !== '__esModule' && name !== 'module.exports').sort().join() === Object.keys(imported).sort().join(),
        }));
      })();
      `,
      '--disable-warning=ExperimentalWarning',
    );
    expect(printed).toEqual({
      sameModule: true,
      sameToken: true,
      sameErrors: true,
      sameFunctions: true,
      global: true,
      sameNames: true,
    });
  });

  test('in ESM gets the ESM build', async () => {
    expect(await run('esm.mjs', `console.log(JSON.stringify([import.meta.resolve('nestjs-pg-migrations')]))`)).toEqual([
      expect.stringMatching(/\/dist\/esm\/index\.js$/),
    ]);
  });

  test('without the condition module-sync gets a CommonJS build that loads', async () => {
    const names = await run(
      'old.cjs',
      `
      require('reflect-metadata');
      const { dirname, join } = require('node:path');
      const root = dirname(require.resolve('nestjs-pg-migrations/package.json'));
      const { exports: entries } = require('nestjs-pg-migrations/package.json');
      const load = (entry) => require(join(root, entries[entry].require.default));
      console.log(JSON.stringify([typeof load('.').MigrationsModule.forRoot, typeof load('./migrator').runMigrations]));
      `,
      '--disable-warning=ExperimentalWarning',
    );
    expect(names).toEqual(['function', 'function']);
  });

  test.each([
    ['ESM', 'esm'],
    ['CommonJS', 'cjs'],
  ])('sees each class under its own name, in the %s build', async (_, build) => {
    const names = await run(
      'names.mjs',
      `
      import 'reflect-metadata';
      const built = await import('./node_modules/nestjs-pg-migrations/dist/${build}/index.js');
      const classes = Object.entries(built).filter(([, value]) => /^class\\b/.test(String(value)));
      console.log(JSON.stringify(classes.map(([name, value]) => [name, value.name])));
      `,
      '--disable-warning=ExperimentalWarning',
    );
    expect(names).toContainEqual(['MigrationsModule', 'MigrationsModule']);
    expect(names).toContainEqual(['Migrator', 'Migrator']);
    expect((names as [string, string][]).filter(([name, own]) => own !== name)).toEqual([]);
  });

  test('with the defaults of Jest gets the CommonJS build, and it loads', async () => {
    const testFile = `
      test('the package', () => {
        expect(require.resolve('nestjs-pg-migrations')).toMatch(/dist.cjs.index\\.js$/);
        const { makeMigrator, ConfigurationError } = require('nestjs-pg-migrations/migrator');
        expect(() => makeMigrator({})).toThrow(ConfigurationError);
      });
    `;
    await writeFile(join(project, 'package.json'), '{ "name": "consumer" }');
    await writeFile(join(project, 'default.test.js'), testFile);
    const jest = join(repositoryRoot, 'node_modules/jest/bin/jest.js');
    const result = await runProcess(process.execPath, [jest, '--rootDir', project, '--no-cache', 'default'], {
      cwd: project,
    });
    expect(result.stderr).toContain('1 passed');
    expect(result.code).toBe(0);
  });
});
