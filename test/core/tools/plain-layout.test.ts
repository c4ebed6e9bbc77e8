import { describe, expect, test } from '@jest/globals';
import { describeProblem } from '../../../src/core/errors/files/file-problems.js';
import { inApi } from '../../../src/core/errors/remedy.js';
import { LAYOUTS } from '../../../src/core/tools/layouts.js';

/** Why a file of this name is refused, or undefined. */
const problemOf = (name: string): string | undefined => {
  const role = LAYOUTS.plain.role(name);
  return typeof role === 'string' ? undefined : describeProblem(role.problem, inApi);
};

describe('a file name that can be ordered', () => {
  test.each([
    '001_a.sql',
    '1.sql',
    '1.2.3-a.sql',
    '20240131120000_a.sql',
    '2024-01-31-120000_a.sql',
    '001 with spaces.sql',
    '001_größe_表_😀.sql',
    '001_a.SQL',
    '001_down.sql',
    '001_undo_button.sql',
    '001_R__report.sql',
  ])('%s is a migration', (name) => {
    expect(LAYOUTS.plain.role(name)).toBe('migration');
  });
});

describe('a file name that is refused', () => {
  test.each([
    ['001_a.down.sql', 'undo migration'],
    ['001_a.DOWN.SQL', 'undo migration'],
    ['001_a.undo.sql', 'undo migration'],
    ['U1__a.sql', 'undo migration'],
    ['U1.2__a.sql', 'undo migration'],
    ['R__views.sql', 'repeatable migration'],
    ['V1__a.sql', 'named like a migration of flyway'],
    ['V2.1__a.sql', 'named like a migration of flyway'],
    ['a.sql', 'does not begin with a number'],
    ['-1_a.sql', 'does not begin with a number'],
    ['_001_a.sql', 'does not begin with a number'],
    [' 001_a.sql', 'does not begin with a number'],
    ['١_a.sql', 'does not begin with a number'],
    ['.sql', 'does not begin with a number'],
  ])('%s: %s', (name, problem) => {
    expect(problemOf(name)).toContain(problem);
  });

  test.each(['001_a.down.sql', 'R__a.sql', 'V1__a.sql', 'a.sql'])('%s: it says what to do', (name) => {
    expect(problemOf(name)).toMatch(/[Mm]ove it out of the directory|begin its name with a number|Name it like/);
  });

  test.each<[string, string]>([
    [
      '001_a.down.sql',
      'If the directory belongs to golang-migrate or sqlx, read it with the option "layout" set to "golang-migrate" or the option "layout" set to "sqlx". Otherwise move it',
    ],
    ['U1__a.sql', 'directory belongs to flyway, read it with the option "layout" set to "flyway". Otherwise move it'],
    [
      'V1__a.sql',
      'If the directory belongs to flyway, read it with the option "layout" set to "flyway". Otherwise begin its name',
    ],
  ])('%s: it names only the layouts that fit', (name, advice) => {
    expect(problemOf(name)).toContain(advice);
  });

  test('an undo migration of a tool without a layout: it suggests none', () => {
    expect(problemOf('001_a.undo.sql')).toBe(
      'it is an undo migration, which would run with the rest. Move it out of the directory: migrations only go forward',
    );
  });
});
