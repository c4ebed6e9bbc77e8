import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { outcomes } from '../support/migrator/history-of.js';
import { skipAloud } from '../support/jest/needs.js';
import { childEnvironment, runProcess } from '../support/programs/process.js';
import { useMigrations } from '../support/migrator/use-migrations.js';
import { FILES, MAIN } from './command-line.js';

const db = useEmptyDatabase('cli_output');
const migrations = useMigrations(FILES);

/** Runs a command whose output pipe is closed from the start. */
function unread(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: childEnvironment({ DATABASE_URL: db.connectionString }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}

describe('when the output pipe is closed', () => {
  test.each([['--help'], ['migrate --help'], ['--version'], ['completion zsh']])('%s exits quietly', async (line) => {
    expect(await unread(...line.split(' '))).toEqual({ code: 0, stderr: '' });
  });

  test('a run continues to its end', async () => {
    expect(await unread('migrate', '--dir', migrations.directory)).toEqual({ code: 0, stderr: '' });
    expect(await outcomes(db)).toEqual({ '001_a.sql': 'applied', '002_b.sql': 'applied' });
  });

  test('a more specific exit code is kept', async () => {
    expect(await unread('check', '--dir', migrations.directory)).toEqual({ code: 4, stderr: '' });
    expect(await unread('nothing')).toMatchObject({ code: 2 });
  });
});

const withFullDevice = process.platform === 'linux' ? describe : skipAloud('/dev/full exists only on Linux');
withFullDevice('when the output cannot be written', () => {
  test.each([
    ['status --json', 1],
    ['check', 4],
  ])('%s says so and ends with %d', async (line, code) => {
    const command = `"${process.execPath}" "${MAIN}" ${line} --dir "${migrations.directory}" > /dev/full`;
    const result = await runProcess('sh', ['-c', command], { env: { DATABASE_URL: db.connectionString } });
    expect(result).toMatchObject({ code, stderr: expect.stringMatching(/^The result could not be written: ENOSPC/) });
  });
});
