import { git, GitError, runGit } from './run-git.js';

/** The commits that a branch is compared with. */
interface Commits {
  readonly tipCommit: string;
  readonly forkCommit: string;
  /** The path of the directory in the repository, with a trailing `/`; empty for the root. */
  readonly prefix: string;
}

/** Finds the commit of a ref, and its merge base with HEAD. @throws GitError */
export async function findCommits(directory: string, ref: string): Promise<Commits> {
  const inside = await runGit(directory, ['rev-parse', '--show-prefix']);
  if (inside.code !== 0) throw new GitError(`${directory} is not in a readable git repository: ${inside.stderr}`);
  const prefix = inside.stdout.toString().replace(/\n$/, '');
  const isShallow = (await git(directory, ['rev-parse', '--is-shallow-repository'])).toString().trim() === 'true';
  const tipCommit = await commitOf(directory, ref);
  if (tipCommit === undefined)
    throw new GitError(`${JSON.stringify(ref)} is not a commit in this repository. Fetch it`, fetches(ref, isShallow));
  const head = await commitOf(directory, 'HEAD');
  if (head === undefined) throw new GitError('the current branch has no commits');
  const shared = await runGit(directory, ['merge-base', tipCommit, head]);
  if (shared.code === 0) return { tipCommit, forkCommit: shared.stdout.toString().trim(), prefix };
  if (!isShallow) throw new GitError(`${ref} and the current branch have no common ancestor`);
  throw new GitError(
    `this is a shallow clone, whose history does not contain a common ancestor with ${ref}. Fetch the rest; in GitHub Actions, set "fetch-depth: 0" for actions/checkout`,
    [UNSHALLOW],
  );
}

/** After the end of options, nothing is parsed as an option, whatever it starts with. */
async function commitOf(directory: string, ref: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const { code, stdout } = await runGit(directory, args);
  return code === 0 ? stdout.toString().trim() : undefined;
}

const UNSHALLOW = ['git', 'fetch', '--unshallow'];

/** A single-branch clone creates no remote-tracking branch for another branch without an explicit refspec. */
function fetches(ref: string, isShallow: boolean): readonly (readonly string[])[] {
  const [, remote, branch] = /^(?:refs\/remotes\/)?([\w.]+)\/([\w./-]+)$/.exec(ref) ?? [];
  const before = isShallow ? [UNSHALLOW] : [];
  if (remote === undefined || branch === undefined) return [...before, ['git', 'fetch', '--all', '--tags']];
  return [...before, ['git', 'fetch', remote, `${branch}:refs/remotes/${remote}/${branch}`]];
}
