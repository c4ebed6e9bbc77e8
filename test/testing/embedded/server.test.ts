import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isAlive } from '../../../src/testing/embedded/postmaster-pid.js';
import { startEmbeddedPostgres } from '../../../src/testing/embedded/server.js';
import { withClient } from '../../support/database/database.js';
import { startPrivateServer } from '../../support/server/private-server.js';
import { runProcess, typescriptArguments } from '../../support/programs/process.js';
import { testIf } from '../../support/server/since-version.js';
import { ask, hasEnded, killed, newDataDirectory, PARENT, start, startParent, until } from './servers.js';

const linuxTest = testIf(process.platform === 'linux', 'needs /proc');

/** Runs the parent, waits for its server, and kills the parent without warning. */
async function serverOfKilledParent(dataDirectory: string, ...args: string[]): Promise<{ pid: number; port: number }> {
  const { parent, server } = await startParent(PARENT, dataDirectory, ...args);
  expect(isAlive(server.pid)).toBe(true);
  await killed(parent);
  return server;
}

describe('a server', () => {
  test('starts, answers, listens on the loopback address alone, and uses the settings given', async () => {
    const server = await start({ dataDirectory: await newDataDirectory(), settings: { work_mem: '7MB' } });
    expect(await ask(server, `SELECT current_setting('work_mem'), current_setting('listen_addresses')`)).toEqual([
      '7MB',
      '127.0.0.1',
    ]);
    expect(
      await ask(server, `SELECT current_setting('server_encoding'), current_setting('lc_collate', true)`),
    ).toContain('UTF8');
    expect(isAlive(server.pid)).toBe(true);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  test('finds the data of an earlier server on the same directory', async () => {
    const dataDirectory = await newDataDirectory();
    const first = await start({ dataDirectory });
    await ask(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start({ dataDirectory });
    expect(await ask(second, 'SELECT answer FROM kept')).toEqual([42]);
  });

  test('comes back on the same port after SIGKILL, with sessions open at that moment', async () => {
    const server = await startPrivateServer();
    const port = server.port;
    await ask(server, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const sleeping = ask(server, 'SELECT pg_sleep(60)').catch((error: unknown) => error);
    while ((await ask(server, `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).length === 0)
      await sleep(10);
    await server.kill();
    await server.start();
    expect(server.port).toBe(port);
    expect(await ask(server, 'SELECT answer FROM kept')).toEqual([42]);
    expect(String(await sleeping)).toMatch(/terminat|ECONNRESET/);
  });

  test('comes back after a crash that nobody announced', async () => {
    const server = await startPrivateServer();
    process.kill(server.pid, 'SIGKILL');
    await until(() => hasEnded(server.pid));
    await server.start();
    expect(await ask(server, 'SELECT 1')).toEqual([1]);
  });

  linuxTest('ends processes that a crash has left behind, if they do not notice it themselves', async () => {
    const server = await startPrivateServer();
    const session = new pg.Client({ connectionString: server.connectionString() });
    session.on('error', () => {});
    await session.connect();
    const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0]!.pid, 'SIGSTOP');
    await server.kill();
    await server.start();
    expect(await ask(server, 'SELECT 1')).toEqual([1]);
    expect(hasEnded(rows[0]!.pid)).toBe(true);
  });

  test('asks for the password that it was made with', async () => {
    const server = await start({ dataDirectory: await newDataDirectory(), password: 'p@ss/word' });
    expect(await ask(server, 'SELECT 1')).toEqual([1]);
    const wrong = server.connectionString().replace('p%40ss', 'other');
    await expect(withClient(wrong, async () => {})).rejects.toMatchObject({ code: '28P01' });
  });

  test('takes its data directory with it on remove()', async () => {
    const server = await startPrivateServer();
    await server.remove();
    expect(existsSync(server.dataDirectory)).toBe(false);
    expect(isAlive(server.pid)).toBe(false);
  });
});

describe('the end of the parent', () => {
  test('by kill -9 ends the server, and the data can be used again', async () => {
    const dataDirectory = await newDataDirectory();
    const { pid } = await serverOfKilledParent(dataDirectory);
    await until(() => hasEnded(pid));
    const server = await start({ dataDirectory });
    expect(await ask(server, 'SELECT 1')).toEqual([1]);
  });

  test('by kill -9 also removes a temporary data directory', async () => {
    const dataDirectory = await newDataDirectory();
    await chmod(dirname(dataDirectory), 0o1777);
    const { pid } = await serverOfKilledParent(dataDirectory, 'temporary');
    await until(() => hasEnded(pid) && !existsSync(dataDirectory));
    expect(existsSync(dirname(dataDirectory))).toBe(true);
  });

  test('is not held up by a server that nobody stopped', async () => {
    const code = `const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('../../../src/testing/embedded/server.ts', import.meta.url).href)});
      console.log((await startEmbeddedPostgres({ dataDirectory: process.argv[1] })).pid);`;
    const args = [...typescriptArguments, '--input-type=module', '-e', code, await newDataDirectory()];
    const result = await runProcess(process.execPath, args);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    await until(() => hasEnded(Number(result.stdout)));
  });
});

describe('a failed start', () => {
  test('shows the last lines of the server log', async () => {
    const failed = startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), settings: { work_mem: 'plenty' } });
    await expect(failed).rejects.toThrow(/ended while starting.*\n.*invalid value for parameter "work_mem": "plenty"/);
  });

  test('on a taken port says so, though the other server answers there', async () => {
    const { port } = await startPrivateServer();
    await expect(startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), port })).rejects.toThrow(
      'could not bind',
    );
  });
});
