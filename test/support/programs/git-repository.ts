import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { childEnvironment, runProcess, type ProcessResult } from './process.js';
import { tempDirectory } from '../files/temp-directory.js';
import { writeFiles } from '../files/write-files.js';

/** No user settings, and an author name for commits. */
export const GIT_ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Somebody',
  GIT_AUTHOR_EMAIL: 'somebody@example.com',
  GIT_COMMITTER_NAME: 'Somebody',
  GIT_COMMITTER_EMAIL: 'somebody@example.com',
  GITHUB_WORKSPACE: undefined,
  ...withoutOwnRepository(),
};

/** A repository in a temporary directory. */
export class GitRepository {
  private constructor(readonly directory: string) {}

  /** A repository whose branch `main` has these files. */
  static async create(files: Record<string, string | Buffer>): Promise<GitRepository> {
    const repository = new GitRepository(await tempDirectory());
    await repository.git('init', '--quiet', '--initial-branch=main');
    await repository.commit(files);
    return repository;
  }

  /** A clone over the file protocol, which respects `--depth`. */
  async clone(...flags: string[]): Promise<GitRepository> {
    const directory = join(await tempDirectory(), 'clone');
    await this.git('clone', '--quiet', ...flags, pathToFileURL(this.directory).href, directory);
    return new GitRepository(directory);
  }

  /** Runs git. @throws Error with its output */
  async git(...args: string[]): Promise<string> {
    const result = await runProcess('git', args, { cwd: this.directory, env: GIT_ENVIRONMENT });
    if (result.code !== 0) throw new Error(`git ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
    return result.stdout.trim();
  }

  /** Runs a line in a shell in the repository. */
  shell(line: string): Promise<ProcessResult> {
    return runProcess('sh', ['-ec', line], { cwd: this.directory, env: GIT_ENVIRONMENT });
  }

  /** Writes files and commits everything. */
  async commit(files: Record<string, string | Buffer>): Promise<void> {
    await writeFiles(this.directory, files);
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '--message', 'A commit');
  }
}

/** Tests may run in a hook of git, which says where its own repository is. */
function withoutOwnRepository(): Record<string, undefined> {
  const names = Object.keys(childEnvironment()).filter((name) =>
    /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX)$/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
