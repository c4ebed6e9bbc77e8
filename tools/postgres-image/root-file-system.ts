import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openToAll } from '../../src/testing/embedded/binaries/open-to-all.js';
import { sharedLibraries } from './shared-libraries.js';

const HOME = 'var/lib/postgresql';
/** The account of the official image. */
const PASSWD = `root:x:0:0::/:/bin/sh\npostgres:x:999:999::/${HOME}:/bin/sh\n`;
const GROUP = 'root:x:0:\npostgres:x:999:\n';

/** Not needed at run time. */
const LEFT_OUT = /\.a$|\/(pkgconfig|pgxs)$/;

export interface Ingredients {
  /** With `bin`, `lib` and `share` of a PostgreSQL whose programs find their libraries at `../lib`. */
  nativeDirectory: string;
  /** A statically linked busybox: the shell, and the tools that entrypoint and health checks use. */
  busybox: string;
}

/** Lays out, in an empty directory, everything that the image contains. */
export async function layOutRootFileSystem(root: string, { nativeDirectory, busybox }: Ingredients): Promise<void> {
  await addPostgres(root, nativeDirectory);
  await addBusybox(root, busybox);
  await addOwnScripts(root);
  await add(root, 'etc/passwd', PASSWD);
  await add(root, 'etc/group', GROUP);
  await openToAll(root);
  // Writable for all, as in the official image, so that `--user` works; the data directory below is its owner's alone.
  for (const directory of ['tmp', HOME]) {
    await mkdir(join(root, directory), { recursive: true });
    await chmod(join(root, directory), 0o1777);
  }
}

async function addPostgres(root: string, nativeDirectory: string): Promise<void> {
  await cp(nativeDirectory, join(root, 'usr/local/pgsql'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !LEFT_OUT.test(path),
  });
  const programs = (await readdir(join(nativeDirectory, 'bin'))).map((name) => join(nativeDirectory, 'bin', name));
  for (const library of await sharedLibraries(programs)) {
    if (library.startsWith(nativeDirectory)) continue;
    await cp(library, join(root, library), { dereference: true });
  }
}

async function addBusybox(root: string, busybox: string): Promise<void> {
  await mkdir(join(root, 'bin'), { recursive: true });
  await cp(busybox, join(root, 'bin/busybox'), { dereference: true });
  const { stdout } = await promisify(execFile)(busybox, ['--list']);
  for (const name of stdout.trim().split('\n')) {
    if (name !== 'busybox') await symlink('busybox', join(root, 'bin', name));
  }
}

async function addOwnScripts(root: string): Promise<void> {
  for (const name of ['docker-entrypoint.sh', 'pg_isready']) {
    await cp(fileURLToPath(new URL(name, import.meta.url)), join(root, 'usr/local/bin', name));
  }
}

async function add(root: string, path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}
