import { describe, expect, test } from '@jest/globals';
import { checkpointProblem, readCheckpoint, withCheckpointHeader } from '../../../src/core/migration/checkpoint.js';
import { checkpointPath } from '../../../src/core/migration/new-migration.js';
import { LAYOUTS } from '../../../src/core/tools/layouts.js';
import type { LayoutName } from '../../../src/core/tools/names.js';
import { migrationFile, setOf } from '../fixtures.js';

const A = migrationFile('001_a.sql');
const B = migrationFile('002_the second.sql');
const CHECKPOINT = {
  last: B.file,
  replaces: [A, B].map(({ file, checksum }) => ({ file, checksum })),
  supersedes: ['001_checkpoint.sql'],
};
const TEXT = withCheckpointHeader(CHECKPOINT, 'CREATE TABLE a ();\n');

describe('the first lines of a checkpoint', () => {
  test('are read as they were written, with any line endings', () => {
    expect(readCheckpoint(TEXT)).toEqual(CHECKPOINT);
    expect(readCheckpoint(TEXT.replaceAll('\n', '\r\n'))).toEqual(CHECKPOINT);
  });

  test('make a file no checkpoint if they are not the first', () => {
    expect(readCheckpoint(`-- a comment\n${TEXT}`)).toBeUndefined();
    expect(readCheckpoint('CREATE TABLE a ();')).toBeUndefined();
    expect(readCheckpoint('-- checkpoint: before the orders were moved\nSELECT 1;')).toBeUndefined();
  });

  test.each([
    ['a line is missing', TEXT.replace(/^-- replaces: .*001_a.*\n/m, '')],
    ['the last one is missing', TEXT.replace(/^-- replaces: .*002_.*\n/m, '')],
    ['a checksum is cut off', TEXT.replace(/replaces: ./, 'replaces: ')],
    ['the rest was edited', TEXT.replace('TABLE a', 'TABLE b')],
    ['the rest is gone', TEXT.slice(0, TEXT.indexOf('\n\n'))],
  ])('are not guessed if %s', (_, text) => {
    expect(readCheckpoint(text)).toBe('invalid');
    expect(setOf([migrationFile('002_checkpoint.sql', text)])).toMatchObject({
      migrations: [],
      checkpoints: [],
      unusable: [{ file: '002_checkpoint.sql', problem: { reason: 'checkpoint-header' } }],
    });
  });
});

describe('a checkpoint is out of date', () => {
  test.each([
    ['not as long as nothing has changed', [A, B, migrationFile('003_c.sql')], undefined],
    ['not if the files are gone', [migrationFile('003_c.sql')], undefined],
    [
      'if a file was edited',
      [migrationFile('001_a.sql', 'x'), B],
      { reason: 'checkpoint-changed', value: '001_a.sql' },
    ],
    ['if a file was added', [A, migrationFile('002_b.sql'), B], { reason: 'checkpoint-late', value: '002_b.sql' }],
  ])('%s', (_, files, expected) => {
    expect(checkpointProblem(CHECKPOINT, files)).toEqual(expected);
  });
});

test.each<[LayoutName, string, string]>([
  ['plain', '120_add_users.sql', '120_checkpoint.sql'],
  ['plain', '20240131120000-add-users.sql', '20240131120000-checkpoint.sql'],
  ['plain', '1.2.3_x.sql', '1.2.3_checkpoint.sql'],
  ['golang-migrate', '000120_x.up.sql', '000120_checkpoint.up.sql'],
  ['flyway', 'sub/V120__x.sql', 'sub/V120__checkpoint.sql'],
  ['prisma', '20240131120000_x/migration.sql', '20240131120000_checkpoint/migration.sql'],
  ['diesel', '2024-01-31-120000_x/up.sql', '2024-01-31-120000_checkpoint/up.sql'],
])('in the layout %s, the checkpoint of %s is %s', (layout, last, expected) => {
  expect(checkpointPath(last, LAYOUTS[layout])).toBe(expected);
  expect(LAYOUTS[layout].role(expected)).toBe('migration');
});

test('a set keeps checkpoints apart, and knows every history that its files may have made', () => {
  const [c, checkpoint] = [migrationFile('003_c.sql'), migrationFile('002_checkpoint.sql', TEXT)];
  const set = setOf([c, B, checkpoint]);
  expect(set.migrations).toEqual([B, c]);
  expect(set.checkpoints).toEqual([checkpoint]);
  expect([...set.gone.keys()]).toEqual(['001_a.sql']);
  expect(set.histories.map((files) => files.map(({ file }) => file))).toEqual([
    [A.file, B.file, c.file],
    [A.file, '002_checkpoint.sql', B.file, c.file],
  ]);
  expect(setOf([A, checkpoint]).newest?.file).toBe('002_checkpoint.sql');
  expect(set.newest?.file).toBe('003_c.sql');
  expect(setOf([B, c]).checksum).not.toBe(set.checksum);
});
