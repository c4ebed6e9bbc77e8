import { expect } from '@jest/globals';
import { join } from 'node:path';
import { GIT_ENVIRONMENT, GitRepository } from '../support/programs/git-repository.js';
import type { ProcessResult } from '../support/programs/process.js';
import { run } from './command-line.js';

export const MERGED = {
  'app/migrations/001_a.sql': 'CREATE TABLE a (\n  id int\n);\n',
  'app/migrations/002_b.sql': 'CREATE TABLE b ();\n',
};

export const check = ({ directory }: GitRepository, ...args: string[]): Promise<ProcessResult> =>
  checkIn(join(directory, 'app'), ...args);
export const checkIn = (cwd: string, ...args: string[]): Promise<ProcessResult> =>
  run(['check', '--base', 'main', ...args], { cwd, env: GIT_ENVIRONMENT });
export const commandsIn = (text: string): string[] =>
  text.split('\n').filter((line) => line.startsWith('  ') && line.trim() !== '');

/** A repository with merged files on `main`, on a branch of its own. */
export async function onBranch(files: Record<string, string | Buffer> = MERGED): Promise<GitRepository> {
  const repository = await GitRepository.create(files);
  await repository.git('switch', '--quiet', '--create', 'branch');
  return repository;
}

export const migration = ({ directory }: GitRepository, file: string): string =>
  join(directory, 'app/migrations', file);

/** Runs every suggested command of a result, in the working directory of the check. */
export async function typeAll(repository: GitRepository, { stdout }: ProcessResult): Promise<void> {
  const commands = commandsIn(stdout);
  expect(commands.length).toBeGreaterThan(0);
  const typed = await repository.shell(['cd app', ...commands].join('\n'));
  expect(typed).toMatchObject({ code: 0, stderr: '' });
}
