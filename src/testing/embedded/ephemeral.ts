import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prefixOf, removeAbandonedServers } from './abandoned.js';
import { startEmbeddedPostgres, type EmbeddedPostgresOptions, type EmbeddedServer } from './server.js';

const MEMORY_DISK = '/dev/shm';
const ENOUGH_BYTES = 1024 ** 3;

/** Throwaway data needs no durability. A killed server loses its last commits. */
const FAST: Record<string, string> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // Parallel queries otherwise take their memory from the same /dev/shm as the data, which in a container is small.
  ...(process.platform === 'win32' ? {} : { dynamic_shared_memory_type: 'mmap' }),
};

/**
 * Starts a server on its own directory. It is removed by `remove()`, when this process dies, or at the latest by the
 * next start of such a server.
 */
export async function startEphemeralPostgres({
  settings,
  ...options
}: Pick<EmbeddedPostgresOptions, 'nativeDirectory' | 'password' | 'settings' | 'log'> = {}): Promise<EmbeddedServer> {
  // First: what was left in memory may be the reason why it has no space.
  for (const disk of new Set([MEMORY_DISK, tmpdir()])) await removeAbandonedServers(disk);
  const dataDirectory = await mkdtemp(join(await fastDisk(), prefixOf(process.pid)));
  try {
    return await startEmbeddedPostgres({
      ...options,
      dataDirectory,
      removeWhenParentDies: true,
      settings: { ...FAST, ...settings },
    });
  } catch (error) {
    await rm(dataDirectory, { recursive: true, force: true });
    throw error;
  }
}

async function fastDisk(): Promise<string> {
  const disk = await statfs(MEMORY_DISK).catch(() => undefined);
  return disk && disk.bavail * disk.bsize >= ENOUGH_BYTES ? MEMORY_DISK : tmpdir();
}
