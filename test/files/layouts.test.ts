import { describeProblem } from '../../src/core/errors/files/file-problems.js';
import { inApi } from '../../src/core/errors/remedy.js';
import { describe, expect, test } from '@jest/globals';
import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LAYOUTS } from '../../src/core/tools/layouts.js';
import type { LayoutName } from '../../src/core/tools/names.js';
import { MigrationDirectory } from '../../src/files/directory.js';
import { DEFAULT_PATTERN, type DirectoryRules } from '../../src/files/rules.js';
import type { Files } from '../support/migrator/migrator-on.js';
import { migrationsDirectory, tempDirectory } from '../support/files/temp-directory.js';

type Rules = Partial<Omit<DirectoryRules, 'layout'>> & { layout?: LayoutName };

const source = (directory: string, { layout = 'plain', ...rules }: Rules): MigrationDirectory =>
  new MigrationDirectory(directory, { recursive: false, pattern: DEFAULT_PATTERN, ...rules, layout: LAYOUTS[layout] });
/** Why files cannot be used. */
const unusableIn = async (directory: MigrationDirectory): Promise<readonly string[]> =>
  (await directory.read()).unusable.map(({ file, problem }) => `${file}: ${describeProblem(problem, inApi)}`);
const read = async (files: Files, rules: Rules): Promise<string[]> =>
  (await source(await migrationsDirectory(files), rules).read()).migrations.map(({ file }) => file);
const problemsOf = async (files: Files, rules: Rules): Promise<readonly string[]> =>
  unusableIn(source(await migrationsDirectory(files), rules));

/** Empty files. */
const named = (...names: string[]): Files => Object.fromEntries(names.map((name) => [name, '']));

describe('a directory of another tool', () => {
  test.each<[LayoutName, string[], string[]]>([
    [
      'golang-migrate',
      ['000002_b.up.sql', '000002_b.down.sql', '000001_a.up.sql', '000001_a.down.sql', 'README.md'],
      ['000001_a.up.sql', '000002_b.up.sql'],
    ],
    [
      'sqlx',
      ['20240102000000_b.up.sql', '20240102000000_b.down.sql', '20240101000000_a.sql'],
      ['20240101000000_a.sql', '20240102000000_b.up.sql'],
    ],
    [
      'flyway',
      ['V10__d.sql', 'V1.10__c.sql', 'V1_2__b.sql', 'V1__a.sql', 'U1__a.sql', 'B10__all.sql', 'V1__a.sql.conf'],
      ['V1__a.sql', 'V1_2__b.sql', 'V1.10__c.sql', 'V10__d.sql'],
    ],
    [
      'flyway',
      ['V1__a.sql', 'v2/V2__b.sql', 'v2/late/V1.1__c.sql'],
      ['V1__a.sql', 'v2/late/V1.1__c.sql', 'v2/V2__b.sql'],
    ],
    [
      'prisma',
      [
        '20240102000000_b/migration.sql',
        '0_init/migration.sql',
        '20240101000000_a/migration.sql',
        'migration_lock.toml',
      ],
      ['0_init/migration.sql', '20240101000000_a/migration.sql', '20240102000000_b/migration.sql'],
    ],
    [
      'diesel',
      ['2024-01-02-000000_b/up.sql', '2024-01-02-000000_b/down.sql', '00000000000000_diesel_initial_setup/up.sql'],
      ['00000000000000_diesel_initial_setup/up.sql', '2024-01-02-000000_b/up.sql'],
    ],
    [
      'goose',
      ['00010_c.sql', '00002_b.sql', '20240101000000_d.sql', '00003_go.go'],
      ['00002_b.sql', '00010_c.sql', '20240101000000_d.sql'],
    ],
    ['dbmate', ['20240102000000_b.sql', '20240101000000_a.sql'], ['20240101000000_a.sql', '20240102000000_b.sql']],
  ])('%s is read as it lies: %j', async (layout, names, expected) => {
    expect(await read(named(...names), { layout })).toEqual(expected);
  });

  test.each<[LayoutName, string[], RegExp[]]>([
    ['golang-migrate', ['1_a.up.sql', '1_a.down.sql'], [/^1_a\.down\.sql: .*"golang-migrate"/]],
    ['sqlx', ['1_a.up.sql', '1_a.down.sql'], [/^1_a\.down\.sql: .*"sqlx"/]],
    ['flyway', ['V1__a.sql', 'U1__a.sql'], [/^U1__a\.sql: .*"flyway"/, /^V1__a\.sql: .*"flyway"/]],
    ['prisma', ['1_a/migration.sql', '2_b/migration.sql'], [/^1_a\/: .*"prisma"/, /^2_b\/: .*"prisma"/]],
    ['diesel', ['1_a/up.sql', '1_a/down.sql'], [/^1_a\/: .*"diesel"/]],
  ])('%s is refused without its layout, by name', async (_layout, names, problems) => {
    expect([...(await problemsOf(named(...names), {}))].toSorted()).toEqual(
      problems.map((problem) => expect.stringMatching(problem)),
    );
  });

  test.each<[LayoutName, string[]]>([
    ['prisma', ['1_a/migration.sql']],
    ['diesel', ['1_a/up.sql']],
  ])('%s is refused without its layout also when subfolders are read', async (layout, names) => {
    expect(await problemsOf(named(...names), { recursive: true })).toEqual([
      expect.stringContaining(`read it with the option "layout" set to "${layout}"`),
    ]);
  });

  test('is refused with every file that does not fit, and nothing else', async () => {
    const names = ['V1__a.sql', 'R__views.sql', 'beforeMigrate.sql', 'V2_b.sql', 'U1__a.sql'];
    expect((await problemsOf(named(...names), { layout: 'flyway' })).map((problem) => problem.split(':')[0])).toEqual(
      expect.arrayContaining(['R__views.sql', 'V2_b.sql', 'beforeMigrate.sql']),
    );
    expect(await problemsOf(named(...names), { layout: 'flyway' })).toHaveLength(3);
  });
});

describe('subfolders', () => {
  const files = named(
    '002_b.sql',
    'billing/001_a.sql',
    'billing/deep/003_c.sql',
    '.git/004_d.sql',
    'billing/.005_e.sql',
  );

  test('are left alone by themselves', async () => {
    expect(await read(files, {})).toEqual(['002_b.sql']);
  });

  test('are read with the option, in the order of the versions, hidden ones never', async () => {
    expect(await read(files, { recursive: true })).toEqual([
      'billing/001_a.sql',
      '002_b.sql',
      'billing/deep/003_c.sql',
    ]);
  });

  test('may hold files of one name, which are two migrations', async () => {
    expect(await read(named('b/001_a.sql', 'a/001_a.sql'), { recursive: true })).toEqual([
      'a/001_a.sql',
      'b/001_a.sql',
    ]);
  });

  test('have their problems given with the whole path', async () => {
    expect(await problemsOf(named('billing/a.sql'), { recursive: true })).toEqual([
      expect.stringMatching(/^billing\/a\.sql: its name does not begin with a number/),
    ]);
  });

  test('do not lead out by links', async () => {
    const outside = await migrationsDirectory(named('001_a.sql'));
    const directory = await migrationsDirectory(named('billing/002_b.sql'));
    await symlink(join(outside, '001_a.sql'), join(directory, 'billing', '001_a.sql'));
    expect(await unusableIn(source(directory, { recursive: true }))).toEqual([
      expect.stringMatching(/^billing\/001_a\.sql: it is a symbolic link to a file outside/),
    ]);
  });
});

describe('a pattern', () => {
  const files = named('001_a.sql', '002_b.psql', 'v2/003_c.sql', 'seed.sql');

  test.each<[RegExp, boolean, string[]]>([
    [/^\d.*\.sql$/, false, ['001_a.sql']],
    [/^\d.*\.p?sql$/, false, ['001_a.sql', '002_b.psql']],
    [/^v2\//, true, ['v2/003_c.sql']],
    [/^(?!seed).*\.sql$/, true, ['001_a.sql', 'v2/003_c.sql']],
    [/never/, true, []],
  ])('%s says which paths are read (recursive: %s)', async (pattern, recursive, expected) => {
    expect(await read(files, { pattern, recursive })).toEqual(expected);
  });

  test('is matched against the composed name, as it is recorded', async () => {
    const name = '001_été.sql'.normalize('NFD');
    expect(await read(named(name), { pattern: new RegExp('^001_été\\.sql$'.normalize('NFC')) })).toEqual([
      name.normalize('NFC'),
    ]);
  });
});

describe('a name', () => {
  test.each(['001 create users.sql', '002_Größe ändern.sql', '003_создать.sql', "004_it's; --.sql", '005_😀.sql'])(
    'may be %s',
    async (name) => {
      expect(await read(named(name), {})).toEqual([name.normalize('NFC')]);
    },
  );

  test('of a folder, decomposed on disk, is given composed, and its file is found', async () => {
    const directory = await migrationsDirectory({ ['1_été/migration.sql'.normalize('NFD')]: 'SELECT 1' });
    expect(await source(directory, { layout: 'prisma' }).read()).toMatchObject({
      migrations: [{ file: '1_été/migration.sql'.normalize('NFC'), text: 'SELECT 1' }],
      unusable: [],
    });
  });

  test('that stands on disk both composed and decomposed is refused: the history knows one', async () => {
    const directory = await tempDirectory();
    const name = '001_été.sql';
    await writeFile(join(directory, name.normalize('NFC')), 'SELECT 1');
    await writeFile(join(directory, name.normalize('NFD')), 'SELECT 2');
    if ((await readdir(directory)).length < 2) return; // this disk takes them for one
    expect(await unusableIn(source(directory, {}))).toEqual([
      `${name.normalize('NFC')}: two files have this name, in different Unicode normalization forms`,
    ]);
  });
});
