import { git, GitError, runGit } from './run-git.js';

/** The commits to compare with. */
interface Commits {
  readonly tipCommit: string;
  readonly forkCommit: string;
  /** The path of the directory in the repository, with `/` at its end; empty for the root. */
  readonly prefix: string;
}

/** Finds the commit that a ref names, and the newest one that it shares with HEAD. @throws GitError */
export async function findCommits(directory: string, ref: string): Promise<Commits> {
  const inside = await runGit(directory, ['rev-parse', '--show-prefix']);
  if (inside.code !== 0) throw new GitError(`${directory} is in no git repository that can be read: ${inside.stderr}`);
  const prefix = inside.stdout.toString().replace(/\n$/, '');
  const isShallow = (await git(directory, ['rev-parse', '--is-shallow-repository'])).toString().trim() === 'true';
  const tipCommit = await commitOf(directory, ref);
  if (tipCommit === undefined)
    throw new GitError(
      `there is no commit ${JSON.stringify(ref)} in this repository. Fetch it`,
      fetches(ref, isShallow),
    );
  const head = await commitOf(directory, 'HEAD');
  if (head === undefined) throw new GitError('the branch that is checked out has no commit');
  const shared = await runGit(directory, ['merge-base', tipCommit, head]);
  if (shared.code === 0) return { tipCommit, forkCommit: shared.stdout.toString().trim(), prefix };
  if (!isShallow) throw new GitError(`${ref} and the branch that is checked out have no commit in common`);
  throw new GitError(
    `this is a shallow clone, whose history does not reach a commit that it shares with ${ref}. Fetch the rest; in GitHub Actions, set "fetch-depth: 0" of actions/checkout`,
    [UNSHALLOW],
  );
}

/** What follows this is no option, whatever it begins with. */
async function commitOf(directory: string, ref: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const { code, stdout } = await runGit(directory, args);
  return code === 0 ? stdout.toString().trim() : undefined;
}

const UNSHALLOW = ['git', 'fetch', '--unshallow'];

/** A clone of one branch does not make a branch of what it fetches, unless it is told to. */
function fetches(ref: string, isShallow: boolean): readonly (readonly string[])[] {
  const [, remote, branch] = /^(?:refs\/remotes\/)?([\w.]+)\/([\w./-]+)$/.exec(ref) ?? [];
  const before = isShallow ? [UNSHALLOW] : [];
  if (remote === undefined || branch === undefined) return [...before, ['git', 'fetch', '--all', '--tags']];
  return [...before, ['git', 'fetch', remote, `${branch}:refs/remotes/${remote}/${branch}`]];
}
