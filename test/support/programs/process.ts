import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ProcessOptions {
  /** Added to our own environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** After this time the process is killed with SIGKILL. Default 60000. */
  timeoutMs?: number;
}

export interface ProcessResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  ms: number;
}

/** Put before the name of a .ts file, these make `node` run it without a build. */
export const typescriptArguments = [
  '--import',
  new URL('../../../tools/typescript/register.mjs', import.meta.url).href,
];

export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** The environment that a child of a test should see: without the options that only Jest itself needs. */
export function childEnvironment(env: ProcessOptions['env'] = {}): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: undefined, ...env };
}

/** Runs a command to its end. A failure is in the result; it only throws when the command cannot be started. */
export function runProcess(command: string, args: string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  const start = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd ?? repositoryRoot,
    env: childEnvironment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    // A grandchild may hold the pipes, and we would wait for it.
    child.stdout.destroy();
    child.stderr.destroy();
  }, options.timeoutMs ?? 60_000);

  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));

  return new Promise<ProcessResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr, ms: performance.now() - start }));
  }).finally(() => clearTimeout(timer));
}
