import { expect, jest, test } from '@jest/globals';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { migrationsDirectory } from '../support/files/temp-directory.js';

const blocking = (): never => {
  throw new Error('a blocking call');
};
const names = ['existsSync', 'readdirSync', 'readFileSync', 'realpathSync', 'statSync', 'lstatSync'];
jest.unstable_mockModule('node:fs', () => Object.fromEntries(names.map((name) => [name, blocking])));

const { MigrationDirectory } = await import('../../src/files/directory.js');

test('a refresh blocks the process for no file, link or folder', async () => {
  const directory = await migrationsDirectory({ '1_a.sql': 'A', 'folder/x.txt': '', 'prisma/migration.sql': 'P' });
  await symlink('1_a.sql', join(directory, '2_b.sql'));
  const source = new MigrationDirectory(directory);
  await expect(source.read()).rejects.toThrow('cannot be used');
  for (const { migrations, unusable } of [await source.refresh(), await source.refresh()]) {
    expect(migrations.map(({ file }) => file)).toEqual(['1_a.sql', '2_b.sql']);
    expect(unusable.map(({ file }) => file)).toEqual(['prisma/']);
  }
});
