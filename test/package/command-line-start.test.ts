import { expect, test } from '@jest/globals';
import path from 'node:path';
import { repositoryRoot, runProcess } from '../support/process.js';
import { useTestDatabase } from '../support/use-test-database.js';

const database = useTestDatabase();

/** Prints at the end of the process whether it loaded what implements `fetch`. */
const PRELOAD = `data:text/javascript,process.on('exit', () => console.log('FETCH', process.moduleLoadList.some((name) => name.includes('undici/undici'))))`;

test('a command loads no fetch: the driver would, to find out whether it runs at Cloudflare', async () => {
  const main = path.join(repositoryRoot, 'dist/cli/main.js');
  const args = ['--import', PRELOAD, main, 'status', '--dir', path.join(repositoryRoot, 'migrations')];
  const { stdout } = await runProcess(process.execPath, args, { env: { DATABASE_URL: database.connectionString } });
  expect(stdout).toMatch(/pending/i);
  expect(stdout).toContain('FETCH false');
});
