import { describeProblem } from '../../src/core/errors/files/file-problems.js';
import { inApi } from '../../src/core/errors/remedy.js';
import { describe, expect, jest, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryError } from '../../src/core/errors/input-errors.js';
import { MigrationDirectory } from '../../src/files/directory.js';
import { failureOf } from '../support/jest/failure-of.js';
import type { Files } from '../support/migrator/migrator-on.js';
import { migrationsDirectory, tempDirectory } from '../support/files/temp-directory.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const read = async (directory: string): Promise<string[]> =>
  (await new MigrationDirectory(directory).read()).migrations.map(({ file }) => file);
/** Why files cannot be used. */
const problemsOf = async (directory: string): Promise<readonly string[]> =>
  (await new MigrationDirectory(directory).read()).unusable.map(
    ({ file, problem }) => `${file}: ${describeProblem(problem, inApi)}`,
  );
/** Why the directory itself cannot be used. */
const failureOfReading = (directory: string): Promise<DirectoryError> =>
  failureOf(new MigrationDirectory(directory).read(), DirectoryError);

describe('a migrations directory', () => {
  test('gives names, texts and checksums in version order, not in byte order', async () => {
    const directory = await migrationsDirectory({ '10_b.sql': 'SELECT 10', '9_a.sql': 'SELECT 9', '010_a.sql': '' });
    const { location, migrations, unusable } = await new MigrationDirectory(directory).read();
    expect(migrations.map(({ file, text, checksum }) => ({ file, text, checksum }))).toEqual([
      { file: '9_a.sql', text: 'SELECT 9', checksum: sha256('SELECT 9') },
      { file: '010_a.sql', text: '', checksum: sha256('') },
      { file: '10_b.sql', text: 'SELECT 10', checksum: sha256('SELECT 10') },
    ]);
    expect({ location, unusable }).toEqual({ location: directory, unusable: [] });
  });

  test('may be empty', async () => expect(await read(await tempDirectory())).toEqual([]));

  test('leaves alone what is no SQL file: other names, hidden files, subdirectories', async () => {
    const directory = await migrationsDirectory({
      '001_a.sql': '',
      'README.md': '',
      '.002_hidden.sql': '',
      '003_folder.sql/inner.sql': '',
      'notes.sql.bak': '',
      '004_UPPER.SQL': '',
    });
    expect(await read(directory)).toEqual(['001_a.sql', '004_UPPER.SQL']);
  });

  test('has one checksum for each text, whatever its line ends and byte order mark', async () => {
    const directory = await migrationsDirectory({
      '001.sql': 'SELECT 1;\nSELECT 2;\n',
      '002.sql': 'SELECT 1;\r\nSELECT 2;\r\n',
      '003.sql': '\uFEFFSELECT 1;\nSELECT 2;\n',
      '004.sql': '\uFEFFSELECT 1;\r\nSELECT 2;\r\n',
      '005.sql': 'SELECT 1;\nSELECT 2;',
      '006.sql': '\uFEFF\uFEFFSELECT 1;\nSELECT 2;\n',
    });
    const { migrations: files } = await new MigrationDirectory(directory).read();
    const same = files.map(({ checksum }) => checksum === files[0]?.checksum);
    expect(same).toEqual([true, true, true, true, false, false]);
    const canonical = files.map(({ canonicalChecksum }) => canonicalChecksum === files[0]?.canonicalChecksum);
    expect(canonical).toEqual([true, true, true, true, true, false]);
    expect(files.map(({ text }) => text.slice(0, 11))).toEqual([
      'SELECT 1;\nS',
      'SELECT 1;\r\n',
      'SELECT 1;\nS',
      'SELECT 1;\r\n',
      'SELECT 1;\nS',
      '\uFEFFSELECT 1;\n',
    ]);
  });

  test('gives a name that a Mac wrote in decomposed form in the composed one', async () => {
    const directory = await migrationsDirectory({ ['001_\u0065\u0301t\u00e9.sql'.normalize('NFD')]: 'SELECT 1' });
    expect(await read(directory)).toEqual(['001_été.sql'.normalize('NFC')]);
  });
});

test('a long read lets the process do other work in between', async () => {
  const directory = await migrationsDirectory({ '1_a.sql': 'A', '2_b.sql': 'B', '3_c.sql': 'C' });
  let turns = 0;
  let reading = true;
  const count = (): void => {
    turns++;
    if (reading) setImmediate(count);
  };
  setImmediate(count);
  let now = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 1_000)); // each file takes a second
  const { migrations } = await new MigrationDirectory(directory).read();
  reading = false;
  clock.mockRestore();
  expect(migrations).toHaveLength(3);
  expect(turns).toBeGreaterThanOrEqual(3);
});

describe('a directory that cannot be used', () => {
  test('that does not exist says so, with its absolute path', async () => {
    const error = await failureOfReading('no/such/folder');
    expect(error.code).toBe('INVALID_DIRECTORY');
    expect(error.problems).toEqual([{ code: 'missing', systemCode: 'ENOENT' }]);
    expect(error.message).toContain(join(process.cwd(), 'no/such/folder'));
    expect(error.message).toContain('it does not exist');
  });

  test('that is a file says so', async () => {
    const directory = await migrationsDirectory({ '001_a.sql': '' });
    const { problems, message } = await failureOfReading(join(directory, '001_a.sql'));
    expect(problems).toEqual([{ code: 'not-a-directory', systemCode: 'ENOTDIR' }]);
    expect(message).toContain('it is a file, not a directory');
  });

  test('that this user may not list says so', async () => {
    const directory = await migrationsDirectory({ '001_a.sql': '' });
    await chmod(directory, 0o000);
    const { problems, message } = await asNobody(() => failureOfReading(directory));
    expect(problems).toEqual([{ code: 'not-permitted', systemCode: 'EACCES' }]);
    expect(message).toContain('this user is not allowed to read it');
  });
});

describe('a file that cannot be used', () => {
  const cases: [sentence: string, files: Files, problem: RegExp][] = [
    [
      'is not UTF-8',
      { '001_a.sql': Buffer.from('SELECT \xe9', 'latin1') },
      /^001_a\.sql: it is not valid UTF-8: byte 0xE9 at line 1, offset 7\. Save it as UTF-8$/,
    ],
    [
      'is UTF-16, little end first',
      { '001_a.sql': Buffer.from('\uFEFFSELECT 1', 'utf16le') },
      /^001_a\.sql: it is not valid UTF-8 \(it looks like UTF-16\)/,
    ],
    [
      'is UTF-16, big end first',
      { '001_a.sql': Buffer.from('\uFEFFSELECT 1', 'utf16le').swap16() },
      /^001_a\.sql: it is not valid UTF-8 \(it looks like UTF-16\)/,
    ],
    ['has a name without a number', { 'users.sql': '' }, /^users\.sql: its name does not begin with a number/],
    ['undoes another', { '001_a.down.sql': '' }, /^001_a\.down\.sql: it is an undo migration/],
    ['undoes another, in capitals', { '001_a.UNDO.SQL': '' }, /it is an undo migration/],
    ['undoes another in the way of Flyway', { 'U2__a.sql': '' }, /^U2__a\.sql: it is an undo migration/],
    ['is repeatable', { 'R__views.sql': '' }, /^R__views\.sql: it is a repeatable migration/],
    ['is named as Flyway names them', { 'V1__a.sql': '' }, /^V1__a\.sql: it is named like a migration of flyway/],
  ];

  test.each(cases)('that %s is given by name, and the others are read', async (_sentence, files, problem) => {
    const directory = await migrationsDirectory({ '000_good.sql': 'SELECT 1', ...files });
    expect(await problemsOf(directory)).toEqual([expect.stringMatching(problem)]);
    expect(await read(directory)).toEqual(['000_good.sql']);
  });

  test('that this user may not read is given by name', async () => {
    const directory = await migrationsDirectory({ '001_a.sql': '', '002_b.sql': '' });
    await chmod(directory, 0o755);
    await chmod(join(directory, '002_b.sql'), 0o000);
    expect(await asNobody(() => problemsOf(directory))).toEqual(['002_b.sql: reading it failed with EACCES']);
  });

  test('is reported together with all the others', async () => {
    const directory = await migrationsDirectory({ 'x.sql': '', 'R__y.sql': '', '1_z.sql': Buffer.from([0xc3]) });
    expect(await problemsOf(directory)).toHaveLength(3);
  });
});

describe('a link', () => {
  test('that leads out of the directory is refused', async () => {
    const outside = await migrationsDirectory({ 'secret.sql': 'SELECT 1' });
    const directory = await migrationsDirectory({ '001_a.sql': '' });
    await symlink(join(outside, 'secret.sql'), join(directory, '002_b.sql'));
    expect(await problemsOf(directory)).toEqual([
      expect.stringMatching(/^002_b\.sql: it is a symbolic link to a file outside the migrations directory/),
    ]);
  });

  test('to a neighbour whose name begins with the name of the directory leads out of it', async () => {
    const parent = await migrationsDirectory({ 'migrations-old/001.sql': 'SELECT 1', 'migrations/002.sql': '' });
    await symlink('../migrations-old/001.sql', join(parent, 'migrations', '001.sql'));
    expect(await problemsOf(join(parent, 'migrations'))).toHaveLength(1);
  });

  test('to a place inside is followed, as Kubernetes mounts a config map', async () => {
    const directory = await migrationsDirectory({ '..2024_01_01/001_a.sql': 'SELECT 1' });
    await symlink('..2024_01_01', join(directory, '..data'));
    await symlink('..data/001_a.sql', join(directory, '001_a.sql'));
    expect(await new MigrationDirectory(directory).read()).toMatchObject({
      migrations: [{ file: '001_a.sql', text: 'SELECT 1' }],
      unusable: [],
    });
  });

  test('that is the directory itself is followed', async () => {
    const directory = await migrationsDirectory({ 'v2/001_a.sql': 'SELECT 1' });
    await symlink('v2', join(directory, 'current'));
    expect(await read(join(directory, 'current'))).toEqual(['001_a.sql']);
  });

  test.each<[string, (directory: string) => Promise<void>, RegExp]>([
    ['nowhere', (directory) => symlink('gone.sql', join(directory, '001_a.sql')), /it is a broken symbolic link/],
    ['itself', (directory) => symlink('001_a.sql', join(directory, '001_a.sql')), /reading it failed with ELOOP/],
    [
      'a folder',
      async (directory) => {
        await mkdir(join(directory, 'folder'));
        await symlink('folder', join(directory, '001_a.sql'));
      },
      /not a regular file/,
    ],
  ])('to %s is refused', async (_sentence, link, problem) => {
    const directory = await tempDirectory();
    await link(directory);
    expect(await problemsOf(directory)).toEqual([expect.stringMatching(problem)]);
  });

  test('that a config map swaps is read anew at every read', async () => {
    const directory = await migrationsDirectory({ '..1/001_a.sql': 'SELECT 1', '..2/001_a.sql': 'SELECT 2' });
    await symlink('..1', join(directory, '..data'));
    await symlink('..data/001_a.sql', join(directory, '001_a.sql'));
    const source = new MigrationDirectory(directory);
    expect(await source.read()).toMatchObject({ migrations: [{ text: 'SELECT 1' }], unusable: [] });
    await symlink('..2', join(directory, '..data_tmp'));
    await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    expect(await source.read()).toMatchObject({ migrations: [{ text: 'SELECT 2' }], unusable: [] });
  });
});

test('a file that was written since is there at the next read', async () => {
  const directory = await migrationsDirectory({ '001_a.sql': '' });
  const source = new MigrationDirectory(directory);
  expect((await source.read()).migrations).toHaveLength(1);
  await writeFile(join(directory, '002_b.sql'), '');
  expect((await source.read()).migrations).toHaveLength(2);
});

const NOBODY = 65534;

/** Root may read everything: its rights are given up while the work goes on. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
