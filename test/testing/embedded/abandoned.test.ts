import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prefixOf, removeAbandonedServers } from '../../../src/testing/embedded/abandoned.js';
import { isAlive } from '../../../src/testing/embedded/postmaster-pid.js';
import { startEphemeralServer } from '../../support/server/ephemeral-server.js';
import { testIf } from '../../support/server/since-version.js';
import { tempDirectory } from '../../support/files/temp-directory.js';
import { hasEnded, killed, startParent, until } from './servers.js';

const CHILD = fileURLToPath(new URL('ephemeral.child.ts', import.meta.url));

const onLinux = testIf(process.platform === 'linux', 'its processes are found in /proc');

/** The shell that stops the server when our process is gone. */
async function watchdogOf(server: number): Promise<number> {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server)], { encoding: 'utf8' });
  for (const pid of children.trim().split(/\s+/))
    if ((await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() === 'sh') return Number(pid);
  throw new Error('the server has no watchdog');
}

/** A server whose process was killed together with its watchdog, so that nothing stopped it. */
async function orphan(): Promise<{ pid: number; dataDirectory: string }> {
  const { parent, server } = await startParent(CHILD);
  process.kill(await watchdogOf(server.pid), 'SIGKILL');
  await killed(parent);
  return server;
}

onLinux('the next server stops one whose process was killed, and removes its data', async () => {
  const { pid, dataDirectory } = await orphan();
  expect(isAlive(pid)).toBe(true);
  expect(existsSync(join(dataDirectory, 'PG_VERSION'))).toBe(true);
  const next = await startEphemeralServer();
  expect(existsSync(dataDirectory)).toBe(false);
  await until(() => hasEnded(pid));
  await next.remove();
});

onLinux('a server that is in use stays, and so does everything else in its folder', async () => {
  const server = await startEphemeralServer();
  const folder = await tempDirectory();
  const dead = `${prefixOf(2 ** 22 + 1)}x`;
  for (const name of [basename(server.dataDirectory), dead, 'nestjs-pg-migrations-1', `x-${dead}`])
    await cp(new URL('.', import.meta.url), join(folder, name), { recursive: true });
  await removeAbandonedServers(folder);
  expect(existsSync(join(folder, dead))).toBe(false);
  for (const name of [basename(server.dataDirectory), 'nestjs-pg-migrations-1', `x-${dead}`])
    expect(existsSync(join(folder, name))).toBe(true);
  await removeAbandonedServers(dirname(server.dataDirectory));
  expect(isAlive(server.pid)).toBe(true);
  await server.remove();
  expect(existsSync(server.dataDirectory)).toBe(false);
});

onLinux('the next server removes what was left on either disk, wherever it puts its own data', async () => {
  const dead = prefixOf(2 ** 22 + 1);
  const left = [await mkdtemp(join('/dev/shm', dead)), await mkdtemp(join(tmpdir(), dead))];
  const next = await startEphemeralServer();
  expect(left.filter((directory) => existsSync(directory))).toEqual([]);
  await next.remove();
});

test('a folder that is not there holds nothing to remove', async () => {
  await expect(removeAbandonedServers(join(await tempDirectory(), 'missing'))).resolves.toBeUndefined();
});
