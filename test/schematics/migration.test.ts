import { describe, expect, test } from '@jest/globals';
import { changedFiles, run, type Files } from './project.js';

const configured = (options: object): Files => ({
  'package.json': JSON.stringify({ 'nest-migrations': options }),
});

describe('nest g migration', () => {
  test.each([
    ['the next number', { 'migrations/009_a.sql': '', 'migrations/010_b.sql': '' }, 'migrations/011_add-users.sql'],
    [
      'a timestamp',
      { 'migrations/20240131120000_a.sql': '' },
      expect.stringMatching(/^migrations\/20\d{12}_add-users\.sql$/),
    ],
    ['a timestamp in an empty directory', {}, expect.stringMatching(/^migrations\/20\d{12}_add-users\.sql$/)],
    [
      'the separator of the newest',
      { 'migrations/1-a.sql': '', 'migrations/2__b.sql': '' },
      'migrations/3__add-users.sql',
    ],
    [
      'the next number, whatever is not a migration',
      { 'migrations/7_a.sql': '', 'migrations/9.md': '' },
      'migrations/8_add-users.sql',
    ],
    ['the configured directory', { ...configured({ directory: 'db' }), 'db/1_a.sql': '' }, 'db/2_add-users.sql'],
    [
      'the configured layout',
      configured({ layout: 'flyway' }),
      expect.stringMatching(/^migrations\/V\d+__add-users\.sql$/),
    ],
    [
      'a folder for each migration',
      { ...configured({ layout: 'prisma' }), 'migrations/20240131120000_a/migration.sql': '' },
      expect.stringMatching(/^migrations\/20\d{12}_add-users\/migration\.sql$/),
    ],
  ])('uses %s', async (_, files, expected) => {
    const before: Files = files;
    const { files: after } = await run(before, 'migration', { name: 'add-users', sourceRoot: 'src', flat: false });
    expect(changedFiles(before, after)).toEqual([expected]);
  });

  test('uses the directory given after the name', async () => {
    const before = { 'db/3_a.sql': '', 'migrations.config.ts': '' };
    const { files } = await run(before, 'migration', { name: 'b', path: 'db' });
    expect(changedFiles(before, files)).toEqual(['db/4_b.sql']);
  });

  test('writes the marker that a layout needs', async () => {
    const before = configured({ layout: 'goose' });
    const { files } = await run(before, 'migration', { name: 'b' });
    expect(files[changedFiles(before, files)[0] ?? '']).toBe('-- +goose Up\n');
  });

  test.each([
    ['an invalid name', {}, { name: '1' }, '"1" is not a valid name: it must begin with a letter'],
    [
      'a configuration that has to be run',
      { 'migrations.config.ts': '' },
      { name: 'b' },
      'use "npx nest-migrations new b"',
    ],
    ['an unknown layout', configured({ layout: 'x' }), { name: 'b' }, 'The layout "x" of the migrations is unknown.'],
  ])('refuses %s', async (_, files, options, message) => {
    await expect(run(files, 'migration', options)).rejects.toThrow(message);
  });
});
