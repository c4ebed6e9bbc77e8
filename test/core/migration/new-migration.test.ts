import { describe, expect, test } from '@jest/globals';
import { newMigrationBody, newMigrationPath } from '../../../src/core/migration/new-migration.js';
import { compareMigrations, migrationOrder } from '../../../src/core/migration/version.js';
import { LAYOUTS } from '../../../src/core/tools/layouts.js';
import { LAYOUT_NAMES, type LayoutName } from '../../../src/core/tools/names.js';

const now = new Date('2026-03-04T05:06:07.089Z');

const pathOf = (layout: LayoutName, newest: string | undefined, name = 'add users'): string => {
  const made = newMigrationPath({
    layout: LAYOUTS[layout],
    name,
    newest: newest === undefined ? undefined : migrationOrder(newest),
    now,
  });
  return 'file' in made ? made.file : made.problem;
};

describe('the path of a new migration', () => {
  test.each<[LayoutName, string | undefined, string]>([
    ['plain', undefined, '20260304050607_add_users.sql'],
    ['plain', '007_x.sql', '008_add_users.sql'],
    ['plain', 'billing/007-x.sql', '008-add_users.sql'],
    ['plain', '1.2.3-x.sql', '1.2.4-add_users.sql'],
    ['plain', '001_2_x.sql', '002_add_users.sql'],
    ['plain', '001.sql', '002_add_users.sql'],
    ['plain', '001_a.up.sql', '002_add_users.sql'],
    ['plain', '20240131120000_x.sql', '20260304050607_add_users.sql'],
    ['plain', '2024-01-31-120000_x.sql', '2026-03-04-050607_add_users.sql'],
    ['golang-migrate', '000001_x.up.sql', '000002_add_users.up.sql'],
    ['golang-migrate', undefined, '20260304050607_add_users.up.sql'],
    ['sqlx', '0001_x.sql', '0002_add_users.sql'],
    ['sqlx', '0001_x.up.sql', '0002_add_users.up.sql'],
    ['sqlx', undefined, '20260304050607_add_users.sql'],
    ['flyway', 'V1__x.sql', 'V2__add_users.sql'],
    ['flyway', 'billing/V1_9__x.sql', 'V1_10__add_users.sql'],
    ['flyway', 'V2___x.sql', 'V3__add_users.sql'],
    ['flyway', 'V20240131.1200__x.sql', 'V20240131.1201__add_users.sql'],
    ['flyway', undefined, 'V20260304050607__add_users.sql'],
    ['prisma', '20240131120000_x/migration.sql', '20260304050607_add_users/migration.sql'],
    ['prisma', '0_init/migration.sql', '20260304050607_add_users/migration.sql'],
    ['diesel', '2024-01-31-120000_x/up.sql', '2026-03-04-050607_add_users/up.sql'],
    ['diesel', '00000000000000_diesel_initial_setup/up.sql', '2026-03-04-050607_add_users/up.sql'],
    ['goose', '00001_x.sql', '00002_add_users.sql'],
    ['dbmate', '20240131120000_x.sql', '20260304050607_add_users.sql'],
  ])('%s, after %s', (layout, newest, expected) => {
    expect(pathOf(layout, newest)).toBe(expected);
  });

  test.each(LAYOUT_NAMES)('%s: each one is a migration and comes after the previous one', (layout) => {
    let newest = pathOf(layout, undefined);
    for (let i = 0; i < 12; i++) {
      const next = pathOf(layout, newest);
      expect(LAYOUTS[layout].role(next)).toBe('migration');
      expect(compareMigrations(migrationOrder(newest), migrationOrder(next))).toBeLessThan(0);
      newest = next;
    }
  });
});

describe('a name', () => {
  test.each([
    ['AddUsers', 'AddUsers'],
    ['  add   users ', 'add_users'],
    ['add_users.sql', 'add_users'],
    ['größe', 'größe'],
    ['gro\u0308\u00dfe', 'größe'],
    ['v1.2-x+y', 'v1.2-x+y'],
  ])('%s becomes %s', (name, expected) => {
    expect(pathOf('plain', '001_x.sql', name)).toBe(`002_${expected}.sql`);
  });

  test.each([
    '',
    ' ',
    '.sql',
    '.hidden',
    '../up',
    '..',
    'a/b',
    'a\\b',
    '/etc/passwd',
    'C:x',
    'a\0b',
    'a\u001bb',
    'a;rm',
    '$(id)',
    '-rf',
    '_x',
    'a\u202eb',
  ])('%j is refused', (name) => {
    expect(pathOf('plain', '001_x.sql', name)).toMatch(/^it may contain only letters, digits/);
    expect(pathOf('prisma', undefined, name)).toMatch(/^it may contain only letters, digits/);
  });

  test('may not begin with a digit, which could become part of the version', () => {
    expect(pathOf('plain', '2024_x.sql', '01_02_x')).toBe('it must begin with a letter: the version precedes it');
  });

  test('may not turn it into a migration of another kind', () => {
    expect(pathOf('plain', '001_x.sql', 'x.down')).toMatch(
      /^002_x\.down\.sql would not be a migration: it is an undo migration/,
    );
    expect(pathOf('sqlx', '001_x.sql', 'x.down')).toBe('002_x.down.sql would not be a migration');
  });
});

test('rejects a number that would sort before existing timestamps', () => {
  const newest = migrationOrder('20240131120000_x.sql');
  expect(newMigrationPath({ layout: LAYOUTS.plain, name: 'a', newest, now, style: 'number' })).toEqual({
    problem: '001_a.sql would not come after 20240131120000_x.sql, the newest migration',
  });
});

describe('the body', () => {
  test.each<[LayoutName, string, string]>([
    ['plain', '', ''],
    ['plain', 'SELECT 1;', 'SELECT 1;\n'],
    ['plain', 'SELECT 1;\n', 'SELECT 1;\n'],
    ['goose', '', '-- +goose Up\n'],
    ['goose', 'SELECT 1;', '-- +goose Up\nSELECT 1;\n'],
    ['goose', '-- why\n-- +goose Up\nSELECT 1;\n', '-- why\n-- +goose Up\nSELECT 1;\n'],
    ['dbmate', 'SELECT 1;', '-- migrate:up\nSELECT 1;\n'],
    ['prisma', 'SELECT 1;', 'SELECT 1;\n'],
  ])('%s: %j', (layout, body, expected) => {
    const made = newMigrationBody(body, LAYOUTS[layout]);
    expect(made).toBe(expected);
    expect(LAYOUTS[layout].section(made)).toEqual(expect.any(String));
  });
});
