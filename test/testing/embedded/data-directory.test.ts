import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertReachable, serverAccount } from '../../../src/testing/embedded/account.js';
import { startEmbeddedPostgres } from '../../../src/testing/embedded/server.js';
import { startPrivateServer } from '../../support/server/private-server.js';
import { runProcess, typescriptArguments } from '../../support/programs/process.js';
import { tempDirectory } from '../../support/files/temp-directory.js';
import { ask, asRoot, newDataDirectory, PARENT, start } from './servers.js';

describe('a data directory', () => {
  test('is refused when a server is running on it', async () => {
    const { dataDirectory, pid } = await startPrivateServer();
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toThrow(
      `(process ${pid}) is already running on ${dataDirectory}`,
    );
  });

  test('is refused when it holds something else', async () => {
    const dataDirectory = await newDataDirectory();
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'thesis.txt'), 'years of work');
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toThrow(
      'neither empty nor a PostgreSQL data directory',
    );
  });

  test('is usable when its lock file names an unrelated process', async () => {
    const dataDirectory = await newDataDirectory();
    const first = await start({ dataDirectory });
    await first.kill();
    const lock = join(dataDirectory, 'postmaster.pid');
    await writeFile(lock, (await readFile(lock, 'utf8')).replace(/^\d+/, String(process.ppid)));
    await first.start();
    expect(await ask(first, 'SELECT 1')).toEqual([1]);
  });

  test('that two servers make at once is complete: one runs on it, the other is told', async () => {
    const dataDirectory = await newDataDirectory();
    const args = [...typescriptArguments, PARENT, dataDirectory, 'briefly'];
    const results = await Promise.all([0, 1].map(() => runProcess(process.execPath, args)));
    const [winner, loser] = results.toSorted((a, b) => (a.code ?? 0) - (b.code ?? 0));
    expect(winner).toMatchObject({ code: 0, stderr: '' });
    expect(loser).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/already running|lock file "postmaster.pid" already exists/),
    });
  });

  test('left behind by an interrupted initdb does not exist: the draft beside it is cleared and it is made anew', async () => {
    const dataDirectory = await newDataDirectory();
    const draft = `${dataDirectory}.draft-${await deadPid()}-0a1b2c`;
    await mkdir(draft);
    await start({ dataDirectory });
    expect(existsSync(draft)).toBe(false);
  });

  asRoot('works below one that the account of the server cannot enter', async () => {
    const dataDirectory = await newDataDirectory();
    const account = await serverAccount();
    await expect(assertReachable(dataDirectory, account)).rejects.toThrow(`cannot enter ${dirname(dataDirectory)}`);
    const server = await start({ dataDirectory, password: 'secret' });
    await ask(server, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await ask(server, `ALTER SYSTEM SET work_mem = '7MB'`);
    await server.kill();
    await server.start();
    expect(await ask(server, `SELECT answer, current_setting('work_mem') FROM kept`)).toEqual([42, '7MB']);
    expect((await stat(join(dataDirectory, 'PG_VERSION'))).uid).toBe(account?.uid);
  });

  test('is not handed to an account that cannot enter one above it, where the system has no way around', async () => {
    const directory = await tempDirectory();
    await expect(assertReachable(join(directory, 'data'), { uid: 12345, gid: 12345 })).rejects.toThrow(
      `cannot enter ${directory}, which leads to ${join(directory, 'data')}`,
    );
  });
});

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}
