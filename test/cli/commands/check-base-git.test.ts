import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { GIT_ENVIRONMENT } from '../../support/programs/git-repository.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { check, checkIn, commandsIn, onBranch } from '../branch.js';
import { objectOf, run } from '../command-line.js';

describe('when git lacks the information', () => {
  test('a shallow clone: the suggested commands fetch what is missing', async () => {
    const repository = await onBranch();
    await repository.commit({ 'app/migrations/003_c.sql': 'CREATE TABLE c ();' });
    const shallow = await repository.clone('--depth', '1', '--branch', 'branch');
    const lacking = await run(['check', '--base', 'origin/main', '--json'], {
      cwd: join(shallow.directory, 'app'),
      env: GIT_ENVIRONMENT,
    });
    expect(lacking.code).toBe(2);
    const commands = ['git fetch --unshallow', 'git fetch origin main:refs/remotes/origin/main'];
    expect(objectOf(lacking)).toEqual({
      error: { code: 'GIT', message: expect.stringContaining('"origin/main" is not a commit'), commands },
    });
    expect(lacking.stderr).toContain(`Fetch it:\n  ${commands.join('\n  ')}\n`);
    expect(await shallow.shell(commands.join('\n'))).toMatchObject({ code: 0 });
    expect(await checkIn(join(shallow.directory, 'app'), '--base', 'origin/main')).toMatchObject({
      code: 0,
      stdout: 'Compared with origin/main: 1 new migration, 0 errors\n',
    });
  });

  test('a shallow clone whose history is too short', async () => {
    const repository = await onBranch();
    await repository.commit({ 'app/migrations/003_c.sql': 'CREATE TABLE c ();' });
    await repository.git('switch', '--quiet', 'main');
    await repository.commit({ 'app/migrations/004_d.sql': 'CREATE TABLE d ();' });
    const shallow = await repository.clone('--depth', '1', '--no-single-branch', '--branch', 'branch');
    const cut = await checkIn(join(shallow.directory, 'app'), '--base', 'origin/main');
    expect(cut).toMatchObject({ code: 2, stdout: '' });
    expect(cut.stderr).toContain('this is a shallow clone');
    expect(cut.stderr).toContain('"fetch-depth: 0"');
    expect(commandsIn(cut.stderr)).toEqual(['  git fetch --unshallow']);
    await shallow.shell(commandsIn(cut.stderr).join('\n'));
    expect(await checkIn(join(shallow.directory, 'app'), '--base', 'origin/main')).toMatchObject({ code: 1 });
  });

  test.each<[string, string]>([
    ['a ref that does not exist', 'release/1'],
    ['an option', '--output=pwned'],
    ['a short option', '-q'],
    ['a path', ':app/migrations'],
    ['nothing', ''],
  ])('%s ends with 2', async (_, ref) => {
    const repository = await onBranch();
    const result = await checkIn(join(repository.directory, 'app'), `--base=${ref}`);
    expect(result).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`error: ${JSON.stringify(ref)} is not a commit in this repository`),
    });
    expect(await repository.git('status', '--short')).toBe('');
  });

  test('branches without a common ancestor', async () => {
    const repository = await onBranch();
    await repository.git('switch', '--quiet', '--orphan', 'other');
    await repository.commit({ 'app/migrations/001_other.sql': 'SELECT 1;' });
    expect(await check(repository)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('main and the current branch have no common ancestor'),
    });
  });

  test('a directory outside a repository', async () => {
    const directory = await migrationsDirectory({ 'migrations/001_a.sql': 'SELECT 1;' });
    expect(await checkIn(directory)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: .*migrations is not in a readable git repository: fatal: not a git/),
    });
  });

  test('no git', async () => {
    const repository = await onBranch();
    const result = await run(['check', '--base', 'main'], {
      cwd: join(repository.directory, 'app'),
      env: { ...GIT_ENVIRONMENT, PATH: '/nowhere' },
    });
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: 'error: git is not installed, or not in PATH.\n' });
  });

  test('a directory that does not exist, and a database that would not be used', async () => {
    const repository = await onBranch();
    expect(await check(repository, '--dir', 'nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it does not exist'),
    });
    expect(await check(repository, '--database-url', 'postgres://localhost/x')).toMatchObject({
      code: 2,
      stderr: 'error: --base uses only git: omit --database-url\n',
    });
    expect(await check(repository, '--schema')).toMatchObject({
      code: 2,
      stderr: 'error: --base uses only git: omit --schema\n',
    });
  });
});
