import { describe, expect, test } from '@jest/globals';
import { describeProblem } from '../../../src/core/errors/files/file-problems.js';
import { inApi } from '../../../src/core/errors/remedy.js';
import { LAYOUTS, type FileRole } from '../../../src/core/tools/layouts.js';
import { LAYOUT_NAMES, type LayoutName } from '../../../src/core/tools/names.js';

const what = (role: FileRole): string => (typeof role === 'string' ? role : describeProblem(role.problem, inApi));
const roleOf = (layout: LayoutName, path: string): string => what(LAYOUTS[layout].role(path));

describe('a file that a layout reads', () => {
  test.each<[LayoutName, string]>([
    ['plain', '001_a.sql'],
    ['plain', '001_a.up.sql'],
    ['plain', 'billing/001_a.sql'],
    ['plain', '001 create users.sql'],
    ['golang-migrate', '1_a.up.sql'],
    ['golang-migrate', '20240131120000_create_users.up.sql'],
    ['golang-migrate', '000001_a.UP.SQL'],
    ['sqlx', '20240131120000_create_users.sql'],
    ['sqlx', '20240131120000_create_users.up.sql'],
    ['flyway', 'V1__a.sql'],
    ['flyway', 'V1_2__a.sql'],
    ['flyway', 'V1.10__a.sql'],
    ['flyway', 'V20240131.1200__a.sql'],
    ['flyway', 'V2___three_underscores.sql'],
    ['flyway', 'billing/V3__a.sql'],
    ['prisma', '20240131120000_init/migration.sql'],
    ['prisma', '0_init/migration.sql'],
    ['diesel', '2024-01-31-120000_create_posts/up.sql'],
    ['diesel', '00000000000000_diesel_initial_setup/up.sql'],
    ['goose', '00001_a.sql'],
    ['goose', '20240131120000_a.sql'],
    ['dbmate', '20240131120000_a.sql'],
  ])('%s: %s', (layout, path) => {
    expect(roleOf(layout, path)).toBe('migration');
  });
});

describe('a file that a layout leaves alone', () => {
  test.each<[LayoutName, string]>([
    ['golang-migrate', '1_a.down.sql'],
    ['sqlx', '20240131120000_a.down.sql'],
    ['flyway', 'U1__a.sql'],
    ['flyway', 'billing/U1_2__a.sql'],
    ['flyway', 'B5__everything.sql'],
    ['prisma', '20240131120000_init/notes.sql'],
    ['prisma', 'seed.sql'],
    ['diesel', '2024-01-31-120000_a/down.sql'],
  ])('%s: %s', (layout, path) => {
    expect(roleOf(layout, path)).toBe('ignored');
  });
});

describe('a file that a layout refuses', () => {
  test.each<[LayoutName, string, RegExp]>([
    [
      'plain',
      '001_a.down.sql',
      /undo migration.*read it with the option "layout" set to "golang-migrate" or the option "layout" set to "sqlx"/,
    ],
    ['plain', 'U1__a.sql', /undo migration.*flyway, read it with the option "layout" set to "flyway"/],
    [
      'plain',
      'V1__a.sql',
      /named like a migration of flyway\. If the directory belongs to flyway, read it with the option "layout" set to "flyway"/,
    ],
    ['plain', 'R__views.sql', /repeatable/],
    ['plain', 'users.sql', /does not begin with a number/],
    [
      'plain',
      '20240131120000_init/migration.sql',
      /folder of its own\. If the directory belongs to prisma, read it with the option "layout" set to "prisma"/,
    ],
    [
      'plain',
      '2024-01-31-120000_a/up.sql',
      /folder of its own\. If the directory belongs to diesel, read it with the option "layout" set to "diesel"/,
    ],
    ['plain', 'migration.sql', /does not begin with a number/],
    ['golang-migrate', '1_a.sql', /not of the form <version>_<title>\.up\.sql/],
    ['golang-migrate', 'a.up.sql', /not of the form <version>_<title>\.up\.sql/],
    ['sqlx', 'seed.sql', /not of the form <version>_<description>\.sql/],
    ['flyway', 'R__views.sql', /repeatable migrations are not supported/],
    ['flyway', 'afterMigrate.sql', /not of the form V<version>__<description>\.sql/],
    ['flyway', 'V1_a.sql', /not of the form V<version>__/],
    ['flyway', 'v1__a.sql', /not of the form V<version>__/],
    ['flyway', '001_a.sql', /not of the form V<version>__/],
    ['prisma', 'migration.sql', /name of its folder does not begin with a number/],
    ['prisma', 'init/migration.sql', /name of its folder does not begin with a number/],
    ['diesel', 'create_posts/up.sql', /name of its folder does not begin with a number/],
    ['goose', 'V1__a.sql', /not of the form <version>_<name>\.sql/],
    ['goose', 'a.sql', /not of the form <version>_<name>\.sql/],
    ['dbmate', 'a.sql', /not of the form <version>_<name>\.sql/],
  ])('%s: %s', (layout, path, problem) => {
    expect(roleOf(layout, path)).toMatch(problem);
  });
});

describe('the part of a file that is run', () => {
  const text = '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n-- migrate:up\nSELECT 3;\n-- migrate:down\n';

  test.each(LAYOUT_NAMES.filter((name) => name !== 'goose' && name !== 'dbmate'))('is all of it: %s', (name) => {
    expect(LAYOUTS[name].section(text)).toBe(text);
  });

  test.each<[LayoutName, string, string]>([
    [
      'goose',
      '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;',
      '-- +goose Up\nSELECT 1;\n              \n         ',
    ],
    ['goose', '--+goose Up\nSELECT 1;', '--+goose Up\nSELECT 1;'],
    ['dbmate', '-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP;', '-- migrate:up\nSELECT 1;\n               \n     '],
    [
      'dbmate',
      '-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down transaction:false',
      `-- migrate:up transaction:false\nSELECT 1;\n${' '.repeat(33)}`,
    ],
  ])('is what goes forward: %s, %j', (layout, whole, forward) => {
    expect(LAYOUTS[layout].section(whole)).toBe(forward);
  });

  test.each<[LayoutName, string, string]>([
    ['goose', '-- migrate:up\nSELECT 1;', '-- +goose Up'],
    ['dbmate', '-- +goose Up\nSELECT 1;', '-- migrate:up'],
    ['goose', '-- +goose Upwards\nSELECT 1;', '-- +goose Up'],
  ])('is none when its marker is missing: %s, %j', (layout, whole, marker) => {
    expect(LAYOUTS[layout].section(whole)).toEqual({
      problem: { reason: 'no-marker', value: marker },
    });
  });

  test.each(['-- +goose ENVSUB ON', '-- +goose ENVSUBST ON'])(
    'is none when goose is to put in variables: %s',
    (marker) => {
      expect(LAYOUTS.goose.section(`-- +goose Up\n${marker}\nSELECT '\${NAME}';`)).toEqual({
        problem: { reason: 'variables-in-sql' },
        offset: 13,
      });
    },
  );
});

test('subfolders are read by the layouts that have them', () => {
  expect(LAYOUT_NAMES.filter((name) => LAYOUTS[name].nested)).toEqual(['flyway', 'prisma', 'diesel']);
});
