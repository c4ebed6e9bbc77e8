import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, assertReachable } from './account.js';
import { errorCode } from './error-code.js';
import { isAlive } from './postmaster-pid.js';

const run = promisify(execFile);

/** Drafts that this process is working on. */
const drafts = new Set<string>();

export interface DataDirectoryOptions {
  dataDirectory: string;
  nativeDirectory: string;
  account: Account | undefined;
  password: string | undefined;
}

/**
 * Makes sure that the directory holds a complete database cluster. The cluster is made beside its final place and renamed
 * into it, so that the directory is at all times either empty or complete, whenever the process is killed.
 */
export async function prepareDataDirectory(options: DataDirectoryOptions): Promise<void> {
  const { dataDirectory, account } = options;
  await mkdir(dirname(dataDirectory), { recursive: true });
  await assertReachable(dataDirectory, account);
  const entries = await list(dataDirectory);
  if (entries.includes('PG_VERSION')) return account && adopt(dataDirectory, account);
  if (entries.length > 0) {
    throw new Error(`${dataDirectory} is neither empty nor a PostgreSQL data directory; choose another, or empty it.`);
  }

  await removeAbandoned(dataDirectory);
  const draft = `${dataDirectory}.initdb-${process.pid}-${randomBytes(3).toString('hex')}`;
  drafts.add(draft);
  try {
    await initialize(draft, options);
    await moveIntoPlace(draft, dataDirectory);
  } finally {
    await rm(draft, { recursive: true, force: true });
    drafts.delete(draft);
  }
}

async function initialize(draft: string, { nativeDirectory, account, password }: DataDirectoryOptions): Promise<void> {
  await mkdir(draft, { mode: 0o700 });
  // initdb wants an empty directory, so the password file is a neighbour of the cluster inside the draft.
  const cluster = join(draft, 'cluster');
  const passwordFile = join(draft, 'password');
  if (password !== undefined) await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) for (const path of await withEntries(draft)) await chown(path, account.uid, account.gid);
  const authentication = password === undefined ? ['-A', 'trust'] : ['-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  try {
    await run(
      join(nativeDirectory, 'bin', 'initdb'),
      ['-D', cluster, '-U', 'postgres', ...authentication, '--no-sync', '--encoding=UTF8', '--locale=C'],
      { ...account, cwd: draft, env: { ...process.env, LC_ALL: 'C' } },
    );
  } catch (error) {
    const output = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`initdb failed: ${output || String(error)}`, { cause: error });
  }
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

async function removeAbandoned(dataDirectory: string): Promise<void> {
  const prefix = `${basename(dataDirectory)}.initdb-`;
  for (const name of await readdir(dirname(dataDirectory))) {
    if (!name.startsWith(prefix)) continue;
    const path = join(dirname(dataDirectory), name);
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    // In a restarted container the process that was killed often had the number that is now ours.
    const inUse = pid === process.pid ? drafts.has(path) : isAlive(pid);
    if (!inUse) await rm(path, { recursive: true, force: true });
  }
}

/** A cluster made by another account, say before root ran this, belongs to the account that runs it now. */
async function adopt(dataDirectory: string, account: Account): Promise<void> {
  if ((await stat(dataDirectory)).uid === account.uid) return;
  for (const name of await readdir(dataDirectory, { recursive: true })) {
    await chown(join(dataDirectory, name), account.uid, account.gid);
  }
  // The top last: an interrupted adoption is then taken up again.
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
