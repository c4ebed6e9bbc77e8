import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, readdir, rename, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Account } from './account.js';
import { assertUsable, withDirectoryHandle } from './directory-handle.js';
import { withDraft } from './draft.js';
import { errorCode } from './error-code.js';

/** Where the data directory is, and who may use it. */
export interface DataDirectoryOptions {
  dataDirectory: string;
  nativeDirectory: string;
  account: Account | undefined;
  password: string | undefined;
}

/** Makes sure that the directory holds a complete database cluster. */
export async function prepareDataDirectory(options: DataDirectoryOptions): Promise<void> {
  const { dataDirectory, account } = options;
  await mkdir(dirname(dataDirectory), { recursive: true });
  await assertUsable(dataDirectory, account);
  const entries = await list(dataDirectory);
  if (entries.includes('PG_VERSION')) return account && adopt(dataDirectory, account);
  if (entries.length > 0) {
    throw new Error(`${dataDirectory} is neither empty nor a PostgreSQL data directory; choose another, or empty it.`);
  }
  await withDraft(dataDirectory, async (draft) => {
    await initialize(draft, options);
    await moveIntoPlace(draft, dataDirectory);
  });
}

async function initialize(draft: string, options: DataDirectoryOptions): Promise<void> {
  const { account, password } = options;
  // initdb requires an empty directory, so the password file is next to the cluster, inside the draft.
  if (password !== undefined) await writeFile(join(draft, 'password'), password, { mode: 0o600 });
  if (account) for (const path of await withEntries(draft)) await chown(path, account.uid, account.gid);
  await withDirectoryHandle(draft, account, (path, handle) => runInitdb(path, handle, options));
}

async function runInitdb(draft: string, handle: number | 'ignore', options: DataDirectoryOptions): Promise<void> {
  const { nativeDirectory, account, password } = options;
  const authentication =
    password === undefined ? ['-A', 'trust'] : ['-A', 'scram-sha-256', `--pwfile=${draft}/password`];
  const child = spawn(
    join(nativeDirectory, 'bin', 'initdb'),
    ['-D', `${draft}/cluster`, '-U', 'postgres', ...authentication, '--no-sync', '--encoding=UTF8', '--locale=C'],
    {
      ...account,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe', 'ignore', handle],
    },
  );
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code] = await once(child, 'close').catch((error: unknown) => {
    throw new Error(`initdb failed: ${String(error)}`, { cause: error });
  });
  if (code !== 0) throw new Error(`initdb failed: ${stderr.trim() || `exit code ${code}`}`);
}

async function moveIntoPlace(draft: string, dataDirectory: string): Promise<void> {
  try {
    await rmdir(dataDirectory).catch(ignoring('ENOENT'));
    await rename(join(draft, 'cluster'), dataDirectory);
  } catch (error) {
    // Another process was faster. Its cluster is as good as ours.
    if (!(await list(dataDirectory)).includes('PG_VERSION')) throw error;
  }
}

/** Hands over a cluster that another account created, such as before root ran this, to the account that runs it now. */
async function adopt(dataDirectory: string, account: Account): Promise<void> {
  if ((await stat(dataDirectory)).uid === account.uid) return;
  for (const name of await readdir(dataDirectory, { recursive: true })) {
    await chown(join(dataDirectory, name), account.uid, account.gid);
  }
  // The top directory comes last, so that an interrupted handover is resumed.
  await chown(dataDirectory, account.uid, account.gid);
}

async function withEntries(directory: string): Promise<string[]> {
  return [directory, ...(await readdir(directory)).map((name) => join(directory, name))];
}

async function list(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(ignoring('ENOENT'))) ?? [];
}

function ignoring(code: string): (error: unknown) => undefined {
  return (error) => {
    if (errorCode(error) === code) return undefined;
    throw error;
  };
}
