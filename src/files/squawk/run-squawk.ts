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
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {}); // it exited before reading all of the text; its output says why
  child.stdin.end(sql);
  await new Promise<void>((resolve, reject) => {
    child.once('error', ({ message }) => reject(new SquawkError(`squawk cannot be started: ${message}`, undefined)));
    child.once('close', () => resolve());
  });
  return parsed(Buffer.concat(stdout).toString(), Buffer.concat(stderr).toString());
}

function parsed(stdout: string, stderr: string): readonly SquawkReport[] {
  try {
    return JSON.parse(stdout) as readonly SquawkReport[];
  } catch {
    throw new SquawkError(`squawk failed: ${(stderr || stdout).trim() || 'it printed nothing'}`, undefined);
  }
}
