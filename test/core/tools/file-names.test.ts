import { describe, expect, test } from '@jest/globals';
import { nameProblem } from '../../../src/core/tools/file-names.js';

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
    expect(nameProblem(name)).toBeUndefined();
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
    ['V1__a.sql', 'Flyway'],
    ['V2.1__a.sql', 'Flyway'],
    ['a.sql', 'does not begin with a number'],
    ['-1_a.sql', 'does not begin with a number'],
    ['_001_a.sql', 'does not begin with a number'],
    [' 001_a.sql', 'does not begin with a number'],
    ['١_a.sql', 'does not begin with a number'],
    ['.sql', 'does not begin with a number'],
  ])('%s: %s', (name, problem) => {
    expect(nameProblem(name)).toContain(problem);
  });

  test.each(['001_a.down.sql', 'R__a.sql', 'V1__a.sql', 'a.sql'])('%s: it says what to do', (name) => {
    expect(nameProblem(name)).toMatch(/[Mm]ove it out of the directory|[Bb]egin the name with the number|Name it like/);
  });
});
