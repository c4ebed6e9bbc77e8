import { describe, expect, test } from '@jest/globals';
import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GIT_ENVIRONMENT } from '../../support/programs/git-repository.js';
import { testIf } from '../../support/server/since-version.js';
import { writeFiles } from '../../support/files/write-files.js';
import { check, commandsIn, MERGED, migration, onBranch, typeAll } from '../branch.js';
import { objectOf, run } from '../command-line.js';

describe('a branch that may be merged', () => {
  test('exits with 0, needs no database, and lists the added migrations', async () => {
    const repository = await onBranch();
    await repository.commit({ 'app/migrations/003_c.sql': 'CREATE TABLE c ();' });
    expect(await check(repository)).toMatchObject({
      code: 0,
      stdout: 'Compared with main: 1 new migration, 0 errors\n',
      stderr: '',
    });
    const commit = await repository.git('rev-parse', 'main');
    expect(objectOf(await check(repository, '--json'))).toEqual({
      exitCode: 0,
      base: { ref: 'main', commit, fork: commit },
      added: ['003_c.sql'],
      findings: [],
      renumber: [],
      diagnostics: [],
    });
  });

  test('in a checkout with CRLF, and with files that git converts', async () => {
    const repository = await onBranch();
    const windows = await repository.clone('--config', 'core.autocrlf=true', '--branch', 'branch');
    await windows.git('branch', 'main', 'origin/main');
    const shown = await windows.shell('tr -cd "\\r" < app/migrations/001_a.sql | wc -c');
    expect(shown.stdout.trim()).toBe('3');
    expect(await check(windows)).toMatchObject({ code: 0, stderr: '' });
  });

  test('when main has moved on, whatever changed there', async () => {
    const repository = await onBranch();
    await repository.commit({ 'app/migrations/004_mine.sql': 'SELECT 1;' });
    await repository.git('switch', '--quiet', 'main');
    await rm(migration(repository, '002_b.sql'));
    await repository.commit({ 'app/migrations/001_a.sql': 'SELECT 2;', 'app/migrations/003_theirs.sql': 'SELECT 3;' });
    await repository.git('switch', '--quiet', 'branch');
    expect(await check(repository)).toMatchObject({ code: 0, stderr: '' });
  });

  test('files that are not migrations are ignored', async () => {
    const repository = await onBranch({
      ...MERGED,
      'app/migrations/README.md': 'x',
      'app/migrations/old/001_a.sql': 'x',
    });
    await rm(migration(repository, 'README.md'));
    await rm(migration(repository, 'old/001_a.sql'));
    expect(await check(repository)).toMatchObject({ code: 0, stdout: expect.stringContaining('0 new migrations') });
  });

  const withLinks = testIf(process.platform !== 'win32', 'needs symbolic links');
  withLinks('a link that is merged stays', async () => {
    const repository = await onBranch({});
    await repository.git('switch', '--quiet', 'main');
    await writeFiles(repository.directory, { 'app/migrations/002_b.sql': 'SELECT 1;' });
    await symlink('002_b.sql', migration(repository, '001_link.sql'));
    await repository.commit({});
    await repository.git('switch', '--quiet', '--create', 'other');
    expect(await check(repository)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a branch that may not be merged', () => {
  test('edits, deletes and renames merged files: each is reported, and the commands restore it', async () => {
    const repository = await onBranch({ ...MERGED, 'app/migrations/003_c.sql': 'CREATE TABLE c ();' });
    await repository.git('mv', 'app/migrations/003_c.sql', "app/migrations/004_it's c.sql");
    await writeFile(migration(repository, '001_a.sql'), 'CREATE TABLE a (id bigint);');
    await rm(migration(repository, '002_b.sql'));
    await repository.commit({});
    const result = await check(repository);
    expect(result).toMatchObject({ code: 1, stderr: '' });
    const fork = await repository.git('rev-parse', 'main');
    expect(result.stdout.split('\n')).toEqual([
      expect.stringMatching(/^migrations\/001_a\.sql was edited after it was merged into main\. .* \[edited\]$/),
      `  git checkout ${fork} -- migrations/001_a.sql`,
      expect.stringMatching(/^migrations\/004_it's c\.sql is 003_c\.sql of main, renamed\. .* \[renamed\]$/),
      `  git mv -- 'migrations/004_it'\\''s c.sql' migrations/003_c.sql`,
      expect.stringMatching(/^migrations\/002_b\.sql was deleted after it was merged into main\. .* \[deleted\]$/),
      `  git checkout ${fork} -- migrations/002_b.sql`,
      'Compared with main: 0 new migrations, 3 errors',
      '',
    ]);
    expect(objectOf(await check(repository, '--json'))).toMatchObject({
      exitCode: 1,
      findings: [
        { kind: 'edited', severity: 'error', file: '001_a.sql', other: null },
        { kind: 'renamed', file: "004_it's c.sql", other: '003_c.sql' },
        { kind: 'deleted', file: '002_b.sql' },
      ],
    });
    await typeAll(repository, result);
    expect(await check(repository)).toMatchObject({ code: 0, stderr: '' });
  });

  test('uses a number taken in the meantime: git mv gives it and the files after it the next ones', async () => {
    const repository = await onBranch();
    await repository.commit({ 'app/migrations/003_x $1.sql': 'SELECT 1;', 'app/migrations/004_y.sql': 'SELECT 2;' });
    await repository.git('switch', '--quiet', 'main');
    await repository.commit({ 'app/migrations/003_theirs.sql': 'SELECT 1;' });
    await repository.git('switch', '--quiet', 'branch');
    await writeFile(migration(repository, '005_z.sql'), 'SELECT 3;'); // not tracked by git
    const result = await check(repository);
    expect(result).toMatchObject({ code: 1, stderr: '' });
    expect(result.stdout.split('\n')).toEqual([
      'migrations/003_x $1.sql has the same number as 003_theirs.sql. Give it a different one. [number-taken]',
      'To renumber the new files, run:',
      '  mv -- migrations/005_z.sql migrations/006_z.sql',
      '  git mv -- migrations/004_y.sql migrations/005_y.sql',
      "  git mv -- 'migrations/003_x $1.sql' 'migrations/004_x $1.sql'",
      'Compared with main: 3 new migrations, 1 error',
      '',
    ]);
    await typeAll(repository, result);
    expect(await check(repository)).toMatchObject({ code: 0, stderr: '' });
    expect(await repository.git('status', '--short', '--', 'app/migrations')).toContain('004_x $1.sql');
  });

  test('has a migration that sorts before the newest, in a layout with folders', async () => {
    const files = { 'app/migrations/20240101000000_a/migration.sql': 'SELECT 1;' };
    const repository = await onBranch(files);
    await repository.commit({ 'app/migrations/20240202000000_x/migration.sql': 'SELECT 2;' });
    await repository.git('switch', '--quiet', 'main');
    await repository.commit({ 'app/migrations/20240303000000_b/migration.sql': 'SELECT 3;' });
    await repository.git('switch', '--quiet', 'branch');
    const result = await check(repository, '--layout', 'prisma');
    expect(result).toMatchObject({ code: 1, stderr: '' });
    expect(result.stdout).toContain('[before-newest]');
    expect(commandsIn(result.stdout)).toEqual([
      expect.stringMatching(/^ {2}git mv -- migrations\/20240202000000_x migrations\/20\d{12}_x$/),
    ]);
    await typeAll(repository, result);
    expect(await check(repository, '--layout', 'prisma')).toMatchObject({ code: 0, stderr: '' });
    expect(await check(repository, '--layout', 'prisma', '--policy', 'outOfOrder=ignore')).toMatchObject({ code: 0 });
  });

  test('a kind that the policy ignores is not reported', async () => {
    const repository = await onBranch();
    await repository.commit({ 'app/migrations/000_x.sql': 'SELECT 1;' });
    expect(await check(repository)).toMatchObject({ code: 1 });
    expect(await check(repository, '--policy', 'outOfOrder=ignore')).toMatchObject({
      code: 0,
      stdout: 'Compared with main: 1 new migration, 0 errors\n',
    });
  });

  test('an edit in a comment is a note', async () => {
    const repository = await onBranch();
    await writeFile(migration(repository, '002_b.sql'), '-- why\nCREATE TABLE b ();\n');
    const result = await check(repository);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('[cosmetic]') });
  });

  test('exits with 6 for a new file with a lint error; merged files are not linted', async () => {
    const repository = await onBranch({
      ...MERGED,
      'app/migrations/003_c.sql': 'DROP TABLE x CASCADE; CREATE INDEX c ON a (id);',
    });
    await repository.commit({ 'app/migrations/004_d.sql': 'CREATE INDEX d ON a (id);' });
    const result = await check(repository, '--json');
    expect(result.code).toBe(6);
    expect(objectOf(result)).toMatchObject({
      exitCode: 6,
      findings: [],
      diagnostics: [{ rule: 'create-index-without-concurrently', file: '004_d.sql', line: 1 }],
    });
    expect(await check(repository, '--lint', 'warn')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('[create-index-without-concurrently]'),
    });
    expect(await check(repository, '--lint', 'off')).toMatchObject({
      code: 0,
      stdout: 'Compared with main: 1 new migration, 0 errors\n',
    });
  });

  test('annotations include the commands, and paths relative to the repository', async () => {
    const repository = await onBranch();
    await rename(migration(repository, '002_b.sql'), migration(repository, '005_b.sql'));
    await repository.commit({ 'app/migrations/006_c.sql': 'CREATE INDEX d ON a (id);' });
    const { code, stdout } = await run(['check', '--base', 'main', '--format', 'github'], {
      cwd: join(repository.directory, 'app'),
      env: { ...GIT_ENVIRONMENT, GITHUB_WORKSPACE: repository.directory },
    });
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        /^::error file=app\/migrations\/005_b\.sql,line=1,title=renamed::005_b\.sql is 002_b\.sql of main, renamed\..*%0A {2}git mv -- migrations\/005_b\.sql migrations\/002_b\.sql$/,
      ),
      expect.stringMatching(/^::error file=app\/migrations\/006_c\.sql,line=1,col=1,title=create-index/),
      'Compared with main: 1 new migration, 2 errors',
      '',
    ]);
  });
});
