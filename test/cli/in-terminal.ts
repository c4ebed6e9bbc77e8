import { spawnSync } from 'node:child_process';
import { testIf } from '../support/server/since-version.js';
import { repositoryRoot, runProcess, type ProcessResult } from '../support/programs/process.js';
import { forShell } from '../../src/cli/process/retype.js';
import { MAIN } from './command-line.js';

/** What a pseudo-terminal received. */
export interface Shown {
  readonly code: number | null;
  /** Everything, with its control sequences. */
  readonly raw: string;
  /** The lines that remain at the end. */
  readonly lines: readonly string[];
}

/** `script`, which opens a pseudo-terminal, is available on most systems but not on all. */
export const testInTerminal = testIf(
  process.platform === 'linux' && spawnSync('script', ['--version']).status === 0,
  'needs the command "script" of Linux',
);

/** Runs our command line in a pseudo-terminal. @param redirection for the shell, such as `2> /dev/null` */
export async function runInTerminal(
  args: readonly string[],
  env: Record<string, string | undefined> = {},
  { columns = 100, redirection = '', directory = repositoryRoot } = {},
): Promise<Shown> {
  const words = [process.execPath, MAIN, ...args].map(forShell).join(' ');
  const command = `stty cols ${columns} rows 24; exec ${words} ${redirection}`;
  const terminal = {
    TERM: 'xterm-256color',
    SHELL: '/bin/sh',
    CI: undefined,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
  };
  const { code, stdout }: ProcessResult = await runProcess('script', ['-q', '-e', '-c', command, '/dev/null'], {
    cwd: directory,
    env: { DATABASE_URL: undefined, ...terminal, ...env },
  });
  return { code, raw: stdout, lines: screenAfter(stdout, columns) };
}

/** The lines on a terminal after it has received a text. */
function screenAfter(text: string, columns: number): string[] {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  const put = (char: string): void => {
    if (column === columns) [row, column] = [row + 1, 0];
    lines[row] = (lines[row] ?? '').padEnd(column).slice(0, column) + char + (lines[row] ?? '').slice(column + 1);
    column++;
  };
  // eslint-disable-next-line no-control-regex
  for (const [token, count, command] of text.matchAll(/\u001B\[(?:\?)?(\d*)([A-Za-z])|[^]/g)) {
    if (command === 'A') row = Math.max(0, row - Number(count || 1));
    else if (command === 'B') row += Number(count || 1);
    else if (command === 'G') column = 0;
    else if (command === 'K' && count === '2') lines[row] = '';
    else if (command === 'K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (command !== undefined) continue;
    else if (token === '\r') column = 0;
    else if (token === '\n') row++;
    else put(token);
    while (lines.length <= row) lines.push('');
  }
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
