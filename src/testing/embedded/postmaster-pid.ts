import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '../../timing/pause.js';
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
  if ((await worksIn(pid, dataDirectory)) !== false) {
    throw new Error(
      `A PostgreSQL server (process ${pid}) is already running on ${dataDirectory}; stop it, or choose another directory.`,
    );
  }
  await rm(join(dataDirectory, 'postmaster.pid'), { force: true });
}

/** Ends a server that has outlived the process that started it. */
export async function stopOrphan(dataDirectory: string): Promise<void> {
  const pid = (await readLockFile(dataDirectory))?.pid;
  if (pid === undefined || !isAlive(pid) || (await worksIn(pid, dataDirectory)) === false) return;
  process.kill(pid, 'SIGQUIT');
  for (let polls = 0; polls < ORPHAN_POLLS && (await readLockFile(dataDirectory)) !== undefined; polls++)
    await pause(ORPHAN_PAUSE_MS);
}

/**
 * Ends the sessions and workers that a dead server has left behind. They usually notice by themselves, but not while they
 * wait for something else: up to PostgreSQL 14, the autovacuum launcher waits 10 seconds for each reply from a statistics
 * process that is dead too. Does nothing on systems without `/proc`.
 */
export async function endLeftBehind(dataDirectory: string): Promise<void> {
  const entries = process.platform === 'linux' ? await readdir('/proc') : [];
  for (const pid of entries.map(Number).filter(Boolean)) {
    const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (command.trim() !== 'postgres' || (await worksIn(pid, dataDirectory)) !== true) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, or belongs to another account.
    }
  }
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

/** A server's working directory is its data directory. Undefined if that cannot be read. */
async function worksIn(pid: number, dataDirectory: string): Promise<boolean | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(dataDirectory));
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? false : undefined;
  }
}
