import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The operating system account that the server runs as. */
export interface Account {
  uid: number;
  gid: number;
}

const NOBODY = 65534;

/** PostgreSQL refuses to run as root, so root uses `postgres`, or else `nobody`. Undefined for any other user. */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? [];
  return { uid: Number(uid ?? NOBODY), gid: Number(gid ?? NOBODY) };
}

/**
 * Without this check the server fails with a bare "could not access", far from the directory that is the cause.
 *
 * @throws Error naming the first directory on the way to `path` that the account cannot enter
 */
export async function assertReachable(path: string, account: Account | undefined): Promise<void> {
  if (!account) return;
  for (const directory of ancestors(path)) {
    const { mode, uid, gid } = await stat(directory);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    if ((mode >> shift) & 1) continue;
    throw new Error(
      `PostgreSQL does not run as root, and the account used instead (uid ${account.uid}) cannot enter ${directory}, ` +
        `which leads to ${path}; allow it with "chmod o+x ${directory}", or choose another place.`,
    );
  }
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...ancestors(parent), parent];
}
