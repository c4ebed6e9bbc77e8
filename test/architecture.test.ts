import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ImportGraph, readImports, sourceFiles } from './architecture/imports.js';
import { findCrowded, findCycle, findDangling, findForbidden, findUpward } from './architecture/layers.js';
import { useEmptyDatabase } from './support/database/empty-database.js';
import { loadedBy } from './package/loaded-modules.js';
import { repositoryRoot } from './support/programs/process.js';
import { migrationsDirectory } from './support/files/temp-directory.js';

const LONGEST_FILE = 250;
const MOST_FILES = 14;

const textOf = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

const tooLong = (files: readonly string[]): string[] =>
  files.filter((file) => textOf(file).split('\n').length - 1 > LONGEST_FILE);

describe('the sources', () => {
  let files: string[];
  let graph: ImportGraph;

  beforeAll(() => {
    files = sourceFiles(repositoryRoot, 'src');
    graph = readImports(repositoryRoot, files);
  });

  test('are found, with their imports', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(graph.get('src/index.ts')).toContain('src/migrator.ts');
    expect(graph.get('src/nest/migrations.module.ts')).toContain('@nestjs/common');
    expect(findDangling(graph)).toEqual([]);
  });

  test('import downwards only, never sideways, and only the packages of their layer', () => {
    expect(findForbidden(graph)).toEqual([]);
  });

  test('import downwards only inside a layer too', () => {
    expect(findUpward(graph)).toEqual([]);
  });

  test('have no import cycle', () => {
    expect(findCycle(graph)).toBeUndefined();
  });

  test(`have no file above ${LONGEST_FILE} lines`, () => {
    expect(tooLong(files)).toEqual([]);
  });

  test(`have no folder with more than ${MOST_FILES} files`, () => {
    expect(findCrowded(files, MOST_FILES)).toEqual([]);
  });

  test('and the example know nothing of the machine they were written on', () => {
    const machine = /\/work\/|\/home\/|\/root\b|\/Users\/|\/tmp\/|\/opt\/|[A-Z]:\\\\/;
    const mentioning = [...files, ...sourceFiles(repositoryRoot, 'example')].filter((file) =>
      machine.test(textOf(file)),
    );
    expect(mentioning).toEqual([]);
  });
});

describe('the tests', () => {
  const files = sourceFiles(repositoryRoot, 'test');

  test('are found', () => {
    expect(files).toContain('test/architecture.test.ts');
  });

  test(`have no file above ${LONGEST_FILE} lines`, () => {
    expect(tooLong(files)).toEqual([]);
  });
});

/** Packages that a script loads. */
async function packagesOf(script: string, ...args: string[]): Promise<string[]> {
  const { installed } = await loadedBy(['--input-type=module', '--eval', script, ...args]);
  return Object.keys(installed);
}

describe('the entry without Nest', () => {
  const db = useEmptyDatabase('entry');

  const migrate = `
    import pg from 'pg';
    import { runMigrationsWithTracking } from 'nestjs-pg-migrations/migrator';
    const pool = new pg.Pool({ connectionString: process.argv[1] });
    await runMigrationsWithTracking(pool, { directory: process.argv[2] });
    await pool.end();
  `;

  test('loads neither Nest nor RxJS, and the parser only when a file is pending that is not ordinary', async () => {
    const directory = await migrationsDirectory({ '001_a.sql': 'CREATE TABLE a (id int);' });
    const first = await packagesOf(migrate, db.connectionString, directory);
    const second = await packagesOf(migrate, db.connectionString, directory);
    writeFileSync(path.join(directory, '002_b.sql'), 'CREATE INDEX CONCURRENTLY ON a (id);');
    const third = await packagesOf(migrate, db.connectionString, directory);
    for (const packages of [first, second, third]) {
      expect(packages).toContain('pg');
      expect(packages.filter((name) => /^(?:@nestjs\/.*|rxjs|reflect-metadata|cron|commander)$/.test(name))).toEqual(
        [],
      );
    }
    expect([first, second, third].map((packages) => packages.includes('libpg-query'))).toEqual([false, false, true]);
  });

  test('is not the root entry, which does load Nest', async () => {
    expect(await packagesOf(`import 'nestjs-pg-migrations';`)).toContain('@nestjs/common');
  });
});
