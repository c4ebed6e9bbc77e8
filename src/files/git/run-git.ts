import { spawn } from 'node:child_process';

/** Why git cannot say what a directory was like, and the commands that help. */
export class GitError extends Error {
  constructor(
    message: string,
    /** Commands for a shell, in their order, as lists of words. */
    readonly commands: readonly (readonly string[])[] = [],
  ) {
    super(message);
    this.name = 'GitError';
  }
}

/** How git ended. */
export interface GitResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Paths are no patterns, nothing is asked or locked, and messages are in English. */
const ENVIRONMENT = { GIT_LITERAL_PATHSPECS: '1', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };

/**
 * Runs git, without a shell.
 *
 * @param args what comes from outside must follow the end of options.
 * @throws GitError if there is no git
 */
export function runGit(cwd: string, args: readonly string[], input = ''): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd, env: { ...process.env, ...ENVIRONMENT }, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {}); // it ended before it read all; its exit code says why
    child.stdin.end(input);
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new GitError('git is not installed, or not in PATH') : error),
    );
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString().trim() }),
    );
  });
}

/** The output of git, which must succeed. @throws GitError with what git said */
export async function git(cwd: string, args: readonly string[], input?: string): Promise<Buffer> {
  const { code, stdout, stderr } = await runGit(cwd, args, input);
  if (code === 0) return stdout;
  throw new GitError(`git ${args[0]} failed: ${stderr || `it ended with ${code}`}`);
}
