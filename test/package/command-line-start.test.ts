import { expect, test } from '@jest/globals';
import path from 'node:path';
import { repositoryRoot, runProcess } from '../support/programs/process.js';
import { useTestDatabase } from '../support/server/use-test-database.js';

const database = useTestDatabase();

/** Prints, when the process exits, whether it loaded the implementation of `fetch`. */
const PRELOAD = `data:text/javascript,process.on('exit', () => console.log('FETCH', process.moduleLoadList.some((name) => name.includes('undici/undici'))))`;

test('a command does not load fetch: the driver would, to find out whether it runs on Cloudflare', async () => {
  const main = path.join(repositoryRoot, 'dist/cli/main.js');
  const args = ['--import', PRELOAD, main, 'status', '--dir', path.join(repositoryRoot, 'migrations')];
  const { stdout } = await runProcess(process.execPath, args, { env: { DATABASE_URL: database.connectionString } });
  expect(stdout).toMatch(/pending/i);
  expect(stdout).toContain('FETCH false');
});
