import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Lets everybody read the directory and its contents. Under a strict umask, a package is unpacked for its owner. */
export async function openToAll(directory: string): Promise<void> {
  for (const path of [directory, ...(await readdir(directory, { recursive: true })).map((n) => join(directory, n))]) {
    const entry = await lstat(path);
    if (!entry.isSymbolicLink()) await chmod(path, entry.mode & 0o100 ? 0o755 : 0o644);
  }
}
