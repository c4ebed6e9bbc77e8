import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive, stopOrphan } from './postmaster-pid.js';

/** Containers may share a directory, but process IDs are only unique within one. */
const PREFIX = `nestjs-pg-migrations-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`;
const NAME = new RegExp(`^${PREFIX}([0-9]+)-`);

/** The prefix of the names of a process's data directories. */
export function prefixOf(pid: number): string {
  return `${PREFIX}${pid}-`;
}

/**
 * Removes the data directories of processes that have been killed together with what watched their servers. Does nothing
 * if the folder cannot be read.
 */
export async function removeAbandonedServers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (!pid) continue;
    const directory = join(folder, name);
    // Another process may remove it at the same time, or it may belong to another user.
    if (await isAbandoned(directory, pid)) await removeWithServer(directory).catch(() => {});
  }
}

async function isAbandoned(directory: string, pid: number): Promise<boolean> {
  if (pid !== process.pid) return !isAlive(pid);
  // In a restarted container, a process often gets the ID of one that was killed.
  const startedAt = Date.now() - process.uptime() * 1_000;
  const { birthtimeMs } = await stat(directory).catch(() => ({ birthtimeMs: Number.POSITIVE_INFINITY }));
  return birthtimeMs < startedAt;
}

async function removeWithServer(directory: string): Promise<void> {
  await stopOrphan(directory);
  await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
