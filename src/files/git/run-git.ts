import { spawn } from 'node:child_process';

/** Why git cannot read an earlier state of a directory, and the commands that fix it. */
export class GitError extends Error {
  constructor(
    message: string,
    /** Shell commands in order, each as a list of words. */
    readonly commands: readonly (readonly string[])[] = [],
  ) {
    super(message);
    this.name = 'GitError';
  }
}

/** The result of running git. */
export interface GitResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Treats paths literally, never prompts, takes no optional locks, and prints messages in English. */
const ENVIRONMENT = { GIT_LITERAL_PATHSPECS: '1', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };

/**
 * Runs git, without a shell.
 *
 * @param args user input must come after the end of options.
 * @throws GitError if git is not installed
 */
export function runGit(cwd: string, args: readonly string[], input = ''): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd, env: { ...process.env, ...ENVIRONMENT }, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {}); // git exited before reading all input; its exit code says why
    child.stdin.end(input);
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new GitError('git is not installed, or not in PATH') : error),
    );
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString().trim() }),
    );
  });
}

/** Returns the output of git. @throws GitError with git's message if it fails */
export async function git(cwd: string, args: readonly string[], input?: string): Promise<Buffer> {
  const { code, stdout, stderr } = await runGit(cwd, args, input);
  if (code === 0) return stdout;
  throw new GitError(`git ${args[0]} failed: ${stderr || `exit code ${code}`}`);
}
