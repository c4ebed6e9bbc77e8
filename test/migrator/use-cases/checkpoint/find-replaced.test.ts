import { describe, expect, test } from '@jest/globals';
import { CheckpointError } from '../../../../src/core/errors/catalog/checkpoint-error.js';
import { Migration } from '../../../../src/core/migration/migration.js';
import { MigrationSet } from '../../../../src/core/migration/migration-set.js';
import { findReplaced } from '../../../../src/migrator/use-cases/checkpoint/find-replaced.js';
import { checkpointOf } from '../../../support/migrator/checkpoint-of.js';

const TEXTS = { '1_a.sql': 'a', '2_b.sql': 'b', '3_c.sql': 'c', '4_d.sql': 'd' };
type File = keyof typeof TEXTS;
const of = (...files: File[]): Record<string, string> => Object.fromEntries(files.map((file) => [file, TEXTS[file]]));
const setOf = (files: Record<string, string>): MigrationSet =>
  new MigrationSet(
    '',
    Object.entries(files).map(([file, text]) => new Migration(file, text)),
  );
const AT_2 = { '2_checkpoint.sql': checkpointOf(of('1_a.sql', '2_b.sql'), '') };
const AT_3 = { '3_checkpoint.sql': checkpointOf(of('1_a.sql', '2_b.sql', '3_c.sql'), '', ['2_checkpoint.sql']) };

const found = (files: Record<string, string>, version: string) => {
  const { checkpoint, toApply } = findReplaced(setOf(files), version);
  return {
    replaces: checkpoint.replaces.map(({ file }) => file),
    supersedes: checkpoint.supersedes,
    from: toApply.checkpoints.map(({ file }) => file),
    files: toApply.migrations.map(({ file }) => file),
  };
};

describe('a new checkpoint stands for', () => {
  test.each([
    ['the files up to its version', of('1_a.sql', '2_b.sql', '3_c.sql'), [], [], ['1_a.sql', '2_b.sql']],
    ['them again', { ...of('1_a.sql', '2_b.sql'), ...AT_2 }, [], [], ['1_a.sql', '2_b.sql']],
    ['them again if some are gone', { ...of('2_b.sql'), ...AT_2 }, [], ['2_checkpoint.sql'], ['2_b.sql']],
  ])('%s', (_, files, supersedes, from, left) => {
    expect(found(files, '2')).toEqual({ replaces: ['1_a.sql', '2_b.sql'], supersedes, from, files: left });
  });

  test('those of an earlier one, in order, and supersedes it', () => {
    expect(found({ ...AT_2, ...of('1_a.sql', '3_c.sql') }, '3')).toEqual({
      replaces: ['1_a.sql', '2_b.sql', '3_c.sql'],
      supersedes: ['2_checkpoint.sql'],
      from: ['2_checkpoint.sql'],
      files: ['1_a.sql', '3_c.sql'],
    });
    expect(found({ ...AT_3, ...of('3_c.sql', '4_d.sql') }, '4').supersedes).toEqual([
      '2_checkpoint.sql',
      '3_checkpoint.sql',
    ]);
  });
});

describe('no checkpoint is written', () => {
  test('of files that are gone, unless an earlier one contains all of them', () => {
    const files = { ...AT_3, ...of('2_b.sql', '4_d.sql') };
    expect(() => findReplaced(setOf(files), '2')).toThrow(CheckpointError);
    expect(() => findReplaced(setOf(files), '2')).toThrow('contains all of them: 1_a.sql. Restore them');
  });

  test('that ends between files of one number', () => {
    const files = { ...of('1_a.sql'), '2_x.sql': 'x', '2_y.sql': 'y' };
    expect(() => findReplaced(setOf(files), '2_x.sql')).toThrow('2_x.sql and 2_y.sql have the same number');
    expect(found(files, '2').replaces).toEqual(['1_a.sql', '2_x.sql', '2_y.sql']);
  });
});
