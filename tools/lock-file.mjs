import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 100;

/** Works while no other process of this machine holds the lock. That of a process that has ended is taken over. */
export async function withLockFile(lock, work) {
  while (!take(lock)) {
    if (!isAlive(ownerOf(lock))) discard(lock);
    else await pause(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The file appears with its content, so that nobody reads it half written. */
function take(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Undefined if nobody holds the lock. */
function ownerOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

function isAlive(pid) {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Another process may have discarded it and taken the lock in the meantime: then it gets its lock back. */
function discard(lock) {
  const moved = `${lock}.old.${process.pid}`;
  try {
    renameSync(lock, moved);
    if (isAlive(ownerOf(moved))) linkSync(moved, lock);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  } finally {
    rmSync(moved, { force: true });
  }
}
