import { closeSync, existsSync, openSync } from 'node:fs';
import { type Account, assertReachable } from './account.js';

/** The file descriptor of the handle in the child: its index in `stdio`. 3 belongs to the watchdog. */
const HANDLE = 4;
const HANDLES = '/proc/self/fd';
const canFollowHandles = existsSync(HANDLES);

/**
 * The account of the server may be unable to enter a directory above its data: root's home, what `mktemp -d` makes. So
 * we open the directory for it. Linux follows the handle straight to the directory, which requires no privilege.
 *
 * @param spawnChild starts the process at once, with `handle` as its fifth `stdio`, and calls the directory `path`
 */
export function withDirectoryHandle<T>(
  directory: string,
  account: Account | undefined,
  spawnChild: (path: string, handle: number | 'ignore') => T,
): T {
  if (!account || !canFollowHandles) return spawnChild(directory, 'ignore');
  const handle = openSync(directory, 'r');
  try {
    return spawnChild(`${HANDLES}/${HANDLE}`, handle);
  } finally {
    closeSync(handle);
  }
}

/** @throws when the account would need the handle, on a system without `/proc` */
export async function assertUsable(directory: string, account: Account | undefined): Promise<void> {
  if (account && !canFollowHandles) await assertReachable(directory, account);
}
