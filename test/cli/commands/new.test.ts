import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { childEnvironment, runProcess, type ProcessResult } from '../../support/programs/process.js';
import { migrationsDirectory, tempDirectory } from '../../support/files/temp-directory.js';
import { MAIN, run } from '../command-line.js';

const db = useEmptyDatabase('cli_new');

const inProject = (cwd: string, ...args: string[]): Promise<ProcessResult> => run(['new', ...args], { cwd });
/** As a shell runs it, with something connected to standard input. */
const inShell = (cwd: string, line: string): Promise<ProcessResult> =>
  runProcess('sh', ['-c', line.replaceAll('nest-migrations', `"${process.execPath}" "${MAIN}"`)], { cwd });
const textOf = (...path: string[]): Promise<string> => readFile(join(...path), 'utf8');

describe('new', () => {
  test('creates the directory and a migration with a timestamp, and then the next ones', async () => {
    const project = await tempDirectory();
    const first = await inProject(project, 'create', '--json');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const { file, path } = JSON.parse(first.stdout) as { file: string; path: string };
    expect(file).toMatch(/^20\d{12}_create\.sql$/);
    expect(path).toBe(`migrations/${file}`);
    expect(await textOf(project, path)).toBe('');
    expect(await inProject(project, 'add users')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Created migrations\/20\d{12}_add_users\.sql\n$/),
    });
    // Both within a second, and one after the other.
    const files = await readdir(join(project, 'migrations'));
    expect(files).toHaveLength(2);
    expect(files.toSorted()[0]).toBe(file);
  });

  test('reads the SQL from a pipe or a file, and uses the next number', async () => {
    const project = await migrationsDirectory({
      'db/009_a.sql': 'CREATE TABLE a ();',
      'body.sql': 'CREATE TABLE c ();',
    });
    const piped = await inShell(project, `printf 'CREATE TABLE b (id int);' | nest-migrations new b --dir db`);
    expect(piped).toMatchObject({ code: 0, stdout: 'Created db/010_b.sql\n', stderr: '' });
    expect(await textOf(project, 'db/010_b.sql')).toBe('CREATE TABLE b (id int);\n');
    await inShell(project, 'nest-migrations new c --dir db < body.sql');
    expect(await textOf(project, 'db/011_c.sql')).toBe('CREATE TABLE c ();\n');
    const migrated = await run(['migrate', '--dir', 'db', '--database-url', db.connectionString], { cwd: project });
    expect(migrated).toMatchObject({ code: 0 });
    expect(Object.keys(await outcomes(db))).toEqual(['009_a.sql', '010_b.sql', '011_c.sql']);
  });

  test('prints a hint while it waits for the SQL', async () => {
    const project = await tempDirectory();
    const child = spawn(process.execPath, [MAIN, 'new', 'slow'], { cwd: project, env: childEnvironment() });
    const said = await new Promise<string>((resolve) => {
      child.stderr.setEncoding('utf8').once('data', resolve);
    });
    expect(said).toContain('Reading the SQL of the migration from standard input');
    child.stdin.end('SELECT 1;');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    const [file = ''] = await readdir(join(project, 'migrations'));
    expect(await textOf(project, 'migrations', file)).toBe('SELECT 1;\n');
  });

  test('follows the layout of another tool', async () => {
    const project = await migrationsDirectory({ 'prisma/20240131120000_a/migration.sql': '', 'goose/00001_a.sql': '' });
    const inFolder = await inProject(project, 'b', '--dir', 'prisma', '--layout', 'prisma', '--json');
    const { file } = JSON.parse(inFolder.stdout) as { file: string };
    expect(file).toMatch(/^20\d{12}_b\/migration\.sql$/);
    expect(await textOf(project, 'prisma', file)).toBe('');
    await inShell(project, `echo 'SELECT 1;' | nest-migrations new b --dir goose --layout goose`);
    expect(await textOf(project, 'goose/00002_b.sql')).toBe('-- +goose Up\nSELECT 1;\n');
  });

  test('never overwrites an existing file', async () => {
    const project = await migrationsDirectory({ 'prisma/20240131120000_a/migration.sql': '' });
    // The version of a folder without a migration is not taken.
    await mkdir(join(project, 'plain/002_b.sql'), { recursive: true });
    await writeFile(join(project, 'plain/001_a.sql'), 'SELECT 1;');
    const refused = await inProject(project, 'b', '--dir', 'plain', '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toEqual({
      error: { code: 'FILE_EXISTS', message: expect.stringContaining('plain/002_b.sql already exists') },
    });
    expect((await readdir(join(project, 'plain'))).toSorted()).toEqual(['001_a.sql', '002_b.sql']);
  });

  test('creates one migration and reports errors if many processes use the same name at once', async () => {
    const project = await migrationsDirectory({ 'migrations/001_a.sql': '' });
    const made = await Promise.all(
      [1, 2, 3, 4].map((n) => inShell(project, `echo 'SELECT ${n};' | nest-migrations new b`)),
    );
    const files = (await readdir(join(project, 'migrations'))).filter((file) => file !== '001_a.sql');
    expect(made.filter(({ code }) => code === 0)).toHaveLength(files.length);
    for (const file of files) expect(await textOf(project, 'migrations', file)).toMatch(/^SELECT [1-4];\n$/);
  });

  test.each<[string, string[], string]>([
    ['a path', ['../up'], '"../up" is not a valid name: it may contain only letters'],
    ['a number', ['001_x'], 'it must begin with a letter'],
    ['two styles', ['x', '--number', '--timestamp'], '--number and --timestamp are mutually exclusive'],
    ['numbers after timestamps', ['x', '--number'], '001_x.sql would not come after 20240131120000_a.sql'],
    ['an unknown layout', ['x', '--layout', 'rails'], '--layout: expected one of'],
    ['no name', [], "missing required argument 'name'"],
  ])('%s ends with 2 and writes nothing', async (_, args, message) => {
    const project = await migrationsDirectory({ 'migrations/20240131120000_a.sql': '' });
    expect(await inProject(project, ...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
    expect(await readdir(join(project, 'migrations'))).toEqual(['20240131120000_a.sql']);
  });

  test('gives problems of the directory as data', async () => {
    const project = await migrationsDirectory({ file: '' });
    const { code, stdout } = await inProject(project, 'a', '--dir', 'file', '--json');
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout) as { error: object };
    const message = 'it is a file, not a directory';
    expect(error).toMatchObject({
      code: 'INVALID_DIRECTORY',
      problems: [{ message, code: 'not-a-directory', systemCode: 'ENOTDIR' }],
    });
  });

  test('exits with 2 if the input is not UTF-8', async () => {
    const project = await tempDirectory();
    const refused = await inShell(project, String.raw`printf 'SELECT \377;' | nest-migrations new x`);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('not valid UTF-8') });
    expect(await readdir(project)).toEqual([]);
  });

  test.each([
    ['a name that is too long', 'x'.repeat(300), 'migrations', 'failed with ENAMETOOLONG'],
    ['a directory that is a file', 'x', 'migrations/001_a.sql', 'it is a file, not a directory'],
  ])('%s ends with 2 and leaves nothing', async (_, name, dir, message) => {
    const project = await migrationsDirectory({ 'migrations/001_a.sql': '' });
    expect(await inProject(project, name, '--dir', dir)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
    expect(await readdir(join(project, 'migrations'))).toEqual(['001_a.sql']);
  });
});
