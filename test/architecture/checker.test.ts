import { describe, expect, test } from '@jest/globals';
import { importsOf } from './imports.js';
import { findCrowded, findCycle, findDangling, findForbidden, findUpward } from './layers.js';

describe('the checker', () => {
  test.each([
    ['src/core/a.ts', 'src/files/b.ts'],
    ['src/core/a.ts', 'src/timing/b.ts'],
    ['src/timing/a.ts', 'src/core/b.ts'],
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

  test.each([
    ['src/core/sql/text/a.ts', 'src/core/sql/statements/b.ts'],
    ['src/core/compile/a.ts', 'src/core/status/b.ts'],
    ['src/core/errors/a.ts', 'src/core/ports/b.ts'],
    ['src/core/errors/a.ts', 'src/core/history/b.ts'],
    ['src/core/history/a.ts', 'src/core/compile/b.ts'],
    ['src/core/tools/definitions/a.ts', 'src/core/migration/b.ts'],
    ['src/postgres/connection/a.ts', 'src/postgres/run/b.ts'],
    ['src/postgres/history/a.ts', 'src/postgres/run/b.ts'],
    ['src/migrator/run/a.ts', 'src/migrator/use-cases/b.ts'],
    ['src/migrator/use-cases/a.ts', 'src/migrator/migrator.ts'],
  ])('refuses that %s imports %s, in a sub-folder above', (file, imported) => {
    expect(findUpward(new Map([[file, [imported]]]))).toEqual([expect.stringContaining(`${file} imports ${imported}`)]);
  });

  test.each(['src/core/a.ts', 'src/core/util/a.ts', 'src/core/sql/a.ts', 'src/postgres/run/util/a.ts'])(
    'refuses %s, whose sub-folder has no place',
    (file) => {
      expect(findUpward(new Map([[file, []]]))).toEqual([expect.stringContaining(file)]);
    },
  );

  test('allows imports of the same sub-folder, of one below, and of another layer', () => {
    const graph = new Map([
      ['src/core/compile/a.ts', ['src/core/compile/b.ts', 'src/core/sql/text/c.ts', '@pgsql/types']],
      ['src/core/tools/a.ts', ['src/core/tools/definitions/b.ts']],
      ['src/core/tools/definitions/b.ts', ['src/core/tools/c.ts']],
      ['src/postgres/connection/a.ts', ['src/core/ports/b.ts', 'pg']],
      ['src/migrator/migrator.ts', ['src/migrator/run/a.ts', 'src/migrator/use-cases/a.ts']],
      ['src/nest/a.ts', ['src/nest/bootstrap/b.ts']],
    ]);
    expect(findUpward(graph)).toEqual([]);
  });

  test('counts the files of a folder, not those of the folders in it', () => {
    const files = ['src/a/1.ts', 'src/a/2.ts', 'src/a/b/1.ts', 'src/a/b/2.ts', 'src/a/b/3.ts'];
    expect(findCrowded(files, 2)).toEqual(['src/a/b holds 3 files']);
    expect(findCrowded(files, 3)).toEqual([]);
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
