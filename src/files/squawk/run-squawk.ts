import { spawn } from 'node:child_process';
import { SquawkError } from './find-squawk.js';

/** A problem as Squawk reports it. */
export interface SquawkReport {
  /** Counted from 0. */
  readonly line: number;
  /** In bytes of UTF-8, counted from 0. */
  readonly column: number;
  readonly level: 'Warning' | 'Error';
  readonly message: string;
  readonly help: string | null;
  readonly rule_name: string;
}

/** How long Squawk may take for one text, in ms. It usually takes less than 100 ms. */
const TIMEOUT_MS = 60_000;

/** Squawk needs nothing from the environment, which may hold passwords. Windows programs need `SystemRoot` to start. */
const ENVIRONMENT = { PATH: process.env['PATH'], SystemRoot: process.env['SystemRoot'] };

/**
 * Runs Squawk on a text. It reads the configuration of the project, `.squawk.toml`, from the working directory.
 *
 * @param name the name of the text; a configuration may exclude it.
 * @throws SquawkError
 */
export async function runSquawk(
  binary: string,
  { name, sql, isTransactional }: { readonly name: string; readonly sql: string; readonly isTransactional: boolean },
): Promise<readonly SquawkReport[]> {
  const mode = isTransactional ? '--assume-in-transaction' : '--no-assume-in-transaction';
  const child = spawn(binary, ['--reporter=json', ['--stdin-filepath', name].join('='), mode], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: ENVIRONMENT,
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {}); // it exited before reading all of the text; its output says why
  child.stdin.end(sql);
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', ({ message }) => reject(new SquawkError(`squawk cannot be started: ${message}`, undefined)));
    child.once('close', (_, killedBy) => resolve(killedBy));
  });
  if (signal !== null) throw new SquawkError(endOf(name, signal), undefined);
  return parsed(Buffer.concat(stdout).toString(), Buffer.concat(stderr).toString());
}

function endOf(name: string, signal: NodeJS.Signals): string {
  const limit = signal === 'SIGKILL' ? `; the limit is ${TIMEOUT_MS / 1000} s for each file` : '';
  return `squawk was ended by ${signal} while it checked ${name}${limit}`;
}

function parsed(stdout: string, stderr: string): readonly SquawkReport[] {
  try {
    return JSON.parse(stdout) as readonly SquawkReport[];
  } catch {
    throw new SquawkError(`squawk failed: ${(stderr || stdout).trim() || 'it printed nothing'}`, undefined);
  }
}
