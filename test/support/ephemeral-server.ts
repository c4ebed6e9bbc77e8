import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedPostgresOptions,
  type EmbeddedServer,
  startEmbeddedPostgres,
} from '../../tools/embedded-postgres/server.js';
import { testedBinaries } from './tested-binaries.js';

const MEMORY_DISK = '/dev/shm';
const ENOUGH_BYTES = 1024 ** 3;

/** Durability buys nothing for data that the run throws away. A killed server loses its last commits. */
const FAST: Record<string, string> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // Parallel queries otherwise take their memory from the same /dev/shm as the data, which in a container is small.
  ...(process.platform === 'win32' ? {} : { dynamic_shared_memory_type: 'mmap' }),
};

/**
 * What was committed must survive `kill()`. Syncing to the disk (`fsync`) matters only when the whole machine goes
 * down.
 */
export const CRASH_SAFE = { synchronous_commit: 'on', full_page_writes: 'on' };

/** A server on a directory of its own, which `remove()` or the death of this process takes away. */
export async function startEphemeralServer(
  settings: Record<string, string> = {},
  options: Pick<EmbeddedPostgresOptions, 'nativeDirectory' | 'log'> = {},
): Promise<EmbeddedServer> {
  const dataDirectory = await mkdtemp(join(await fastDirectory(), 'migrations-test-'));
  try {
    return await startEmbeddedPostgres({
      nativeDirectory: testedBinaries(),
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

async function fastDirectory(): Promise<string> {
  const disk = await statfs(MEMORY_DISK).catch(() => undefined);
  return disk && disk.bavail * disk.bsize >= ENOUGH_BYTES ? MEMORY_DISK : tmpdir();
}
