import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertReachable, serverAccount } from '../../tools/embedded-postgres/account.js';
import { findNativeDirectory, hydrateSymlinks } from '../../tools/embedded-postgres/binaries.js';
import { isAlive } from '../../tools/embedded-postgres/postmaster-pid.js';
import { findRunnable } from '../../tools/embedded-postgres/runnable-binaries.js';
import {
  type EmbeddedPostgresOptions,
  type EmbeddedServer,
  startEmbeddedPostgres,
} from '../../tools/embedded-postgres/server.js';
import { withClient } from '../support/database.js';
import { startPrivateServer } from '../support/private-server.js';
import { childEnvironment, runProcess, typescriptArguments } from '../support/process.js';
import { testedBinaries } from '../support/tested-binaries.js';
import { beforeTheyGo, tempDirectory } from '../support/temp-directory.js';

const PARENT = new URL('./embedded-postgres.parent.ts', import.meta.url).pathname;
const servers: EmbeddedServer[] = [];
const asRoot = process.getuid?.() === 0 ? test : test.skip;

beforeTheyGo(() => Promise.all(servers.map((server) => server.remove())));

/** As root, the directory above is closed to the account of the server, like that of a checkout in root's home. */
const newDataDirectory = async (): Promise<string> => join(await tempDirectory(), 'data');

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedServer> {
  const settings = { fsync: 'off', ...options.settings };
  const server = await startEmbeddedPostgres({ nativeDirectory: testedBinaries(), ...options, settings });
  servers.push(server);
  return server;
}

const ask = (server: EmbeddedServer, sql: string): Promise<unknown[]> =>
  withClient(server.connectionString(), async (client) =>
    (await client.query({ text: sql, rowMode: 'array' })).rows.flat(),
  );

/** Runs the parent, waits for its server, and kills the parent without warning. */
async function serverOfKilledParent(dataDirectory: string, ...args: string[]): Promise<{ pid: number; port: number }> {
  const parent = spawn(process.execPath, [...typescriptArguments, PARENT, dataDirectory, ...args], {
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  const server = JSON.parse(line) as { pid: number; port: number };
  expect(isAlive(server.pid)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  return server;
}

/** Dead, if perhaps not yet reaped: an orphan waits for process 1, which takes its time. */
function hasEnded(pid: number): boolean {
  try {
    return !isAlive(pid) || /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return !isAlive(pid);
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 8_000;
  while (!condition() && Date.now() < deadline) await sleep(20);
  expect(condition()).toBe(true);
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
    const code = `const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('../../tools/embedded-postgres/server.ts', import.meta.url).href)});
      console.log((await startEmbeddedPostgres({ dataDirectory: process.argv[1] })).pid);`;
    const args = [...typescriptArguments, '--input-type=module', '-e', code, await newDataDirectory()];
    const result = await runProcess(process.execPath, args);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    await until(() => hasEnded(Number(result.stdout)));
  });
});

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

describe('binaries', () => {
  test('of a version that nobody packed are refused with those that can be had', () => {
    expect(() => findNativeDirectory('9')).toThrow('no binaries of PostgreSQL "9", but of 13, 14, 15, 16, 17, 18');
  });

  asRoot('that the account of the server cannot reach are copied once to where it can', async () => {
    const native = await fakeBinaries('echo "postgres (PostgreSQL) 18.4"');
    const cache = join(await openDirectory(), 'cache');
    const account = await serverAccount();
    const copies = await Promise.all([0, 1].map(() => findRunnable(native, account, cache)));
    expect(new Set(copies)).toEqual(new Set([join(cache, (await readdir(cache)).join())]));
    await expect(assertReachable(join(cache, 'any'), account)).resolves.toBeUndefined();
    const copy = copies[0] ?? '';
    expect(await readlink(join(copy, 'lib', 'libpq.so'))).toBe('libpq.so.5');
    expect((await stat(join(copy, 'share', 'postgres.bki'))).mode & 0o777).toBe(0o644);
    await writeFile(join(copy, 'untouched'), '');
    expect(await findRunnable(native, account, cache)).toBe(copy);
    expect(existsSync(join(copy, 'untouched'))).toBe(true);
  });

  asRoot('that the account of the server can reach are used where they are', async () => {
    const native = await fakeBinaries('exit 0');
    await chmod(dirname(native), 0o755);
    for (const path of [native, join(native, 'bin'), join(native, 'bin', 'postgres')]) await chmod(path, 0o755);
    expect(await findRunnable(native, await serverAccount(), '/nowhere')).toBe(native);
  });

  asRoot('that run nowhere are named in the error', async () => {
    const native = await fakeBinaries('echo "wrong libc" >&2; exit 127');
    const cache = await openDirectory();
    await expect(findRunnable(native, await serverAccount(), cache)).rejects.toThrow(
      new RegExp(`can run it neither in ${native} nor as a copy in ${cache}/.*wrong libc`, 's'),
    );
  });

  test('get their library links once, also when two do it at a time', async () => {
    const native = await tempDirectory();
    await mkdir(join(native, 'lib'));
    const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
      source: 'native/lib/libpq.so.5.18',
      target: `native/lib/${name}`,
    }));
    await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
    await symlink('libpq.so.5.18', join(native, 'lib', 'libpq.so'));
    await Promise.all([hydrateSymlinks(native), hydrateSymlinks(native)]);
    expect((await lstat(join(native, 'lib', 'libpq.so.5'))).isSymbolicLink()).toBe(true);
    await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'library');
    expect(await readFile(join(native, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
  });
});

async function openDirectory(): Promise<string> {
  const directory = await tempDirectory();
  await chmod(directory, 0o755);
  return directory;
}

/** As unpacked under a strict umask, in a directory that is closed to others as well. */
async function fakeBinaries(script: string): Promise<string> {
  const native = join(await tempDirectory(), 'native');
  for (const name of ['bin', 'lib', 'share']) await mkdir(join(native, name), { recursive: true, mode: 0o700 });
  await writeFile(join(native, 'bin', 'postgres'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  await writeFile(join(native, 'share', 'postgres.bki'), '', { mode: 0o600 });
  await symlink('libpq.so.5', join(native, 'lib', 'libpq.so'));
  return native;
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}
