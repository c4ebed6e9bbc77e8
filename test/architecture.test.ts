import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ImportGraph, importsOf, readImports, sourceFiles } from './architecture/imports.js';
import { findCycle, findDangling, findForbidden } from './architecture/layers.js';
import { useEmptyDatabase } from './support/empty-database.js';
import { repositoryRoot, runProcess } from './support/process.js';
import { migrationsDirectory } from './support/temp-directory.js';

const LONGEST_FILE = 250;

const textOf = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

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

  test('have no import cycle', () => {
    expect(findCycle(graph)).toBeUndefined();
  });

  test(`have no file above ${LONGEST_FILE} lines`, () => {
    expect(files.filter((file) => textOf(file).split('\n').length - 1 > LONGEST_FILE)).toEqual([]);
  });

  test('and the example know nothing of the machine they were written on', () => {
    const machine = /\/work\/|\/home\/|\/root\b|\/Users\/|\/tmp\/|\/opt\/|[A-Z]:\\\\/;
    const mentioning = [...files, ...sourceFiles(repositoryRoot, 'example')].filter((file) =>
      machine.test(textOf(file)),
    );
    expect(mentioning).toEqual([]);
  });
});

describe('the checker', () => {
  test.each([
    ['src/core/a.ts', 'src/files/b.ts'],
    ['src/core/a.ts', 'pg'],
    ['src/core/a.ts', 'node:fs'],
    ['src/core/a.ts', '@nestjs/common'],
    ['src/core/sql/a.ts', 'src/migrator/b.ts'],
    ['src/files/a.ts', 'src/postgres/b.ts'],
    ['src/files/a.ts', 'pg'],
    ['src/postgres/a.ts', 'src/files/b.ts'],
    ['src/postgres/a.ts', 'node:fs/promises'],
    ['src/migrator/a.ts', 'src/postgres/b.ts'],
    ['src/migrator/a.ts', 'src/composition/b.ts'],
    ['src/migrator/a.ts', '@nestjs/common'],
    ['src/composition/a.ts', 'src/nest/b.ts'],
    ['src/nest/a.ts', 'src/cli/b.ts'],
    ['src/cli/a.ts', 'src/nest/b.ts'],
    ['src/cli/a.ts', '@nestjs/common'],
    ['src/cli/a.ts', 'src/index.ts'],
    ['src/migrator.ts', 'src/nest/b.ts'],
    ['src/migrator.ts', 'rxjs'],
  ])('refuses that %s imports %s', (file, imported) => {
    expect(findForbidden(new Map([[file, [imported]]]))).toEqual([expect.stringContaining(`${file} `)]);
  });

  test('refuses a folder that has no layer', () => {
    expect(findForbidden(new Map([['src/util/a.ts', []]]))).toEqual([expect.stringContaining('src/util/a.ts')]);
  });

  test('allows the arrows of the picture', () => {
    const graph = new Map([
      ['src/nest/a.ts', ['src/composition/b.ts', 'src/migrator/b.ts', 'src/core/b.ts', '@nestjs/common']],
      ['src/cli/a.ts', ['src/composition/b.ts', 'commander']],
      ['src/composition/b.ts', ['src/files/b.ts', 'src/postgres/b.ts', 'src/migrator/b.ts']],
      ['src/migrator/b.ts', ['src/core/b.ts']],
      ['src/core/b.ts', ['src/core/sql/c.ts', 'node:crypto']],
    ]);
    expect(findForbidden(graph)).toEqual([]);
  });

  test('reads imports of every kind', () => {
    const text = `
      import a from './a.js';
      import type { B } from '../core/b.js';
      export * from './c.js';
      const d = await import('pg');
      let e: import('./e.js').E;
      // import './comment.js';
      const f = "import './string.js'";
    `;
    expect(importsOf('src/nest/x.ts', text).toSorted()).toEqual([
      'pg',
      'src/core/b.ts',
      'src/nest/a.ts',
      'src/nest/c.ts',
      'src/nest/e.ts',
    ]);
  });

  test('finds a cycle, however long, and none in a diamond', () => {
    const cycle = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['e']],
      ['d', []],
      ['e', ['b']],
    ]);
    expect(findCycle(cycle)).toEqual(['b', 'c', 'e', 'b']);
    expect(findCycle(new Map([['a', ['a']]]))).toEqual(['a', 'a']);
    const diamond = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['d']],
      ['d', []],
    ]);
    expect(findCycle(diamond)).toBeUndefined();
  });

  test('finds an import of a file that does not exist', () => {
    expect(findDangling(new Map([['src/a.ts', ['src/b.ts', 'pg']]]))).toHaveLength(1);
  });
});

/** Packages that a script loads, by name. */
async function packagesOf(script: string, ...args: string[]): Promise<Set<string>> {
  const preload = new URL('architecture/list-modules.mjs', import.meta.url).href;
  const { code, stdout, stderr } = await runProcess(process.execPath, [
    '--disable-warning=DEP0205',
    '--import',
    preload,
    '--input-type=module',
    '--eval',
    script,
    ...args,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const modules = JSON.parse(/^MODULES (.*)$/m.exec(stdout)?.[1] ?? '[]') as string[];
  return new Set(modules.flatMap((name) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? []));
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

  test('loads neither Nest nor RxJS, and the parser only when something is pending', async () => {
    const directory = await migrationsDirectory({ '001_a.sql': 'CREATE TABLE a (id int);' });
    const first = await packagesOf(migrate, db.connectionString, directory);
    const second = await packagesOf(migrate, db.connectionString, directory);
    for (const packages of [first, second]) {
      expect(packages).toContain('pg');
      expect(
        [...packages].filter((name) => /^(?:@nestjs\/.*|rxjs|reflect-metadata|cron|commander)$/.test(name)),
      ).toEqual([]);
    }
    expect(first).toContain('libpg-query');
    expect(second).not.toContain('libpg-query');
  });

  test('is not the root entry, which does load Nest', async () => {
    expect(await packagesOf(`import 'nestjs-pg-migrations';`)).toContain('@nestjs/common');
  });
});
