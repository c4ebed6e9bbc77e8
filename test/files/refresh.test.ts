import { describe, expect, test } from '@jest/globals';
import { rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DirectoryError } from '../../src/core/errors/input-errors.js';
import type { MigrationSet } from '../../src/core/migration/migration-set.js';
import { MigrationDirectory } from '../../src/files/directory.js';
import { failureOf } from '../support/jest/failure-of.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

/** Longer than the steps in which file systems count time. */
const CLOCK_TICK_MS = 20;

const texts = ({ migrations }: MigrationSet): string[] => migrations.map(({ text }) => text);

describe('a refresh', () => {
  test('reads everything at first, as a read does', async () => {
    const directory = await migrationsDirectory({ '10_b.sql': 'B', '9_a.sql': 'A', 'x.sql': '', 'README.md': '' });
    const source = new MigrationDirectory(directory);
    expect(await source.refresh()).toEqual(await source.read());
  });

  test('gives the same migrations while their files are the same, checksums included', async () => {
    const source = new MigrationDirectory(await migrationsDirectory({ '1_a.sql': 'A', '2_b.sql': 'B' }));
    const [first, second] = [await source.refresh(), await source.refresh()];
    expect(second.migrations.map((migration, i) => migration === first.migrations[i])).toEqual([true, true]);
  });

  test('reads a file whose size changed, and no other', async () => {
    const directory = await migrationsDirectory({ '1_a.sql': 'A', '2_b.sql': 'B' });
    const source = new MigrationDirectory(directory);
    const first = await source.refresh();
    await writeFile(join(directory, '2_b.sql'), 'BB');
    const second = await source.refresh();
    expect(texts(second)).toEqual(['A', 'BB']);
    expect(second.migrations[0]).toBe(first.migrations[0]);
  });

  test('reads a file that kept its size and whose time of change was set back', async () => {
    const directory = await migrationsDirectory({ '1_a.sql': 'A' });
    const source = new MigrationDirectory(directory);
    const before = new Date('2026-01-31T12:00:00Z');
    await utimes(join(directory, '1_a.sql'), before, before);
    expect(texts(await source.refresh())).toEqual(['A']);
    await pause(CLOCK_TICK_MS);
    await writeFile(join(directory, '1_a.sql'), 'B');
    await utimes(join(directory, '1_a.sql'), before, before);
    expect(texts(await source.refresh())).toEqual(['B']);
  });

  test('reads a file that another was moved over', async () => {
    const directory = await migrationsDirectory({ '1_a.sql': 'A', other: 'B' });
    const source = new MigrationDirectory(directory);
    await source.refresh();
    await rename(join(directory, 'other'), join(directory, '1_a.sql'));
    expect(texts(await source.refresh())).toEqual(['B']);
  });

  test('finds files that came and went', async () => {
    const directory = await migrationsDirectory({ '1_a.sql': 'A', '2_b.sql': 'B' });
    const source = new MigrationDirectory(directory);
    await source.refresh();
    await rm(join(directory, '1_a.sql'));
    await writeFile(join(directory, '3_c.sql'), 'C');
    expect(texts(await source.refresh())).toEqual(['B', 'C']);
  });

  test('follows a link that was turned to another file', async () => {
    const directory = await migrationsDirectory({ '..1/1_a.sql': 'A', '..2/1_a.sql': 'B' });
    await symlink('..1', join(directory, '..data'));
    await symlink('..data/1_a.sql', join(directory, '1_a.sql'));
    const source = new MigrationDirectory(directory);
    expect(texts(await source.refresh())).toEqual(['A']);
    await symlink('..2', join(directory, '..data_tmp'));
    await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    expect(texts(await source.refresh())).toEqual(['B']);
  });

  test('finds a file unusable that was well before, and well again once it is put right', async () => {
    const directory = await migrationsDirectory({ '1_a.sql': 'A' });
    const source = new MigrationDirectory(directory);
    await source.refresh();
    await writeFile(join(directory, '1_a.sql'), Buffer.from([0xff, 0xfe, 0x41, 0x00]));
    for (const set of [await source.refresh(), await source.refresh()]) {
      expect(set).toMatchObject({ migrations: [], unusable: [{ file: '1_a.sql' }] });
    }
    await writeFile(join(directory, '1_a.sql'), 'AA');
    expect(await source.refresh()).toMatchObject({ migrations: [{ text: 'AA' }], unusable: [] });
  });

  test('takes nothing from memory for a read, which reads everything anew', async () => {
    const directory = await migrationsDirectory({ '1_a.sql': 'A' });
    const source = new MigrationDirectory(directory);
    const { migrations } = await source.refresh();
    expect((await source.read()).migrations[0]).not.toBe(migrations[0]);
  });

  test('fails when the directory is gone, and not for good', async () => {
    const directory = await migrationsDirectory({ 'here/1_a.sql': 'A' });
    const source = new MigrationDirectory(join(directory, 'here'));
    await source.refresh();
    await rename(join(directory, 'here'), join(directory, 'there'));
    expect((await failureOf(source.refresh(), DirectoryError)).message).toContain('it does not exist');
    await rename(join(directory, 'there'), join(directory, 'here'));
    expect(texts(await source.refresh())).toEqual(['A']);
  });
});
