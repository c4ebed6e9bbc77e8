import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error-code.js';

const ORPHAN_POLLS = 100;
const ORPHAN_PAUSE_MS = 50;

/** The content of `postmaster.pid`, the lock file of a data directory; undefined if there is none. */
export async function readLockFile(dataDirectory: string): Promise<{ pid: number; ready: boolean } | undefined> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!pid) return undefined;
  // Line 8 exists since PostgreSQL 10. It is written after the ports are bound.
  return { pid, ready: lines[7] === 'ready' || lines[7] === 'standby' };
}

/**
 * PostgreSQL itself clears a lock file whose process is gone. But it assumes that any process with that ID is a server,
 * and in a restarted container that is often an unrelated one, so we clear the file in that case.
 *
 * @throws when a server is running on the directory
 */
export async function assertNotRunning(dataDirectory: string): Promise<void> {
  const pid = (await readLockFile(dataDirectory))?.pid;
  if (pid === undefined || !isAlive(pid)) return;
  if (await worksIn(pid, dataDirectory)) {
    throw new Error(
      `A PostgreSQL server (process ${pid}) is already running on ${dataDirectory}; stop it, or choose another directory.`,
    );
  }
  await rm(join(dataDirectory, 'postmaster.pid'), { force: true });
}

/** Ends a server that has outlived the process that started it. */
export async function stopOrphan(dataDirectory: string): Promise<void> {
  const pid = (await readLockFile(dataDirectory))?.pid;
  if (pid === undefined || !isAlive(pid) || !(await worksIn(pid, dataDirectory))) return;
  process.kill(pid, 'SIGQUIT');
  for (let polls = 0; polls < ORPHAN_POLLS && (await readLockFile(dataDirectory)) !== undefined; polls++)
    await sleep(ORPHAN_PAUSE_MS);
}

/** True if there is a process with this ID, even one of another account. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** A server's working directory is its data directory. If that cannot be read, returns true to be on the safe side. */
async function worksIn(pid: number, dataDirectory: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(dataDirectory));
  } catch (error) {
    return errorCode(error) !== 'ENOENT';
  }
}
