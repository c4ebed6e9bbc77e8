import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertReachable, serverAccount } from '../../../src/testing/embedded/account.js';
import { hydrateSymlinks } from '../../../src/testing/embedded/binaries/installed-binaries.js';
import { findNativeDirectory } from '../../../tools/postgres-binaries.js';
import { findRunnable } from '../../../src/testing/embedded/binaries/runnable-binaries.js';
import { tempDirectory } from '../../support/files/temp-directory.js';
import { asRoot } from './servers.js';

describe('binaries', () => {
  test('of a version that nobody packed are refused with those that can be had', () => {
    expect(() => findNativeDirectory('9')).toThrow('no binaries of PostgreSQL "9", but of 13, 14, 15, 16, 17, 18');
  });

  asRoot('that the account of the server cannot reach are copied once to where it can', async () => {
    const native = await fakeBinaries('echo "postgres (PostgreSQL) 18.4"');
    const cache = join(await openDirectory(), 'cache');
    const account = await serverAccount();
    const copies = await Promise.all([0, 1].map(() => findRunnable(native, account, cache)));
    expect(new Set(copies)).toEqual(new Set([join(cache, (await readdir(cache)).join())]));
    await expect(assertReachable(join(cache, 'any'), account)).resolves.toBeUndefined();
    const copy = copies[0] ?? '';
    expect(await readlink(join(copy, 'lib', 'libpq.so'))).toBe('libpq.so.5');
    expect((await stat(join(copy, 'share', 'postgres.bki'))).mode & 0o777).toBe(0o644);
    await writeFile(join(copy, 'untouched'), '');
    expect(await findRunnable(native, account, cache)).toBe(copy);
    expect(existsSync(join(copy, 'untouched'))).toBe(true);
  });

  asRoot('that the account of the server can reach are used where they are', async () => {
    const native = await fakeBinaries('exit 0');
    await chmod(dirname(native), 0o755);
    for (const path of [native, join(native, 'bin'), join(native, 'bin', 'postgres')]) await chmod(path, 0o755);
    expect(await findRunnable(native, await serverAccount(), '/nowhere')).toBe(native);
  });

  asRoot('that run nowhere are named in the error', async () => {
    const native = await fakeBinaries('echo "wrong libc" >&2; exit 127');
    const cache = await openDirectory();
    await expect(findRunnable(native, await serverAccount(), cache)).rejects.toThrow(
      new RegExp(`can run it neither in ${native} nor as a copy in ${cache}/.*wrong libc`, 's'),
    );
  });

  test('get their library links once, also when two do it at a time', async () => {
    const native = await tempDirectory();
    await mkdir(join(native, 'lib'));
    const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
      source: 'native/lib/libpq.so.5.18',
      target: `native/lib/${name}`,
    }));
    await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
    await symlink('libpq.so.5.18', join(native, 'lib', 'libpq.so'));
    await Promise.all([hydrateSymlinks(native), hydrateSymlinks(native)]);
    expect((await lstat(join(native, 'lib', 'libpq.so.5'))).isSymbolicLink()).toBe(true);
    await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'library');
    expect(await readFile(join(native, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
  });
});

async function openDirectory(): Promise<string> {
  const directory = await tempDirectory();
  await chmod(directory, 0o755);
  return directory;
}

/** As unpacked under a strict umask, in a directory that is closed to others as well. */
async function fakeBinaries(script: string): Promise<string> {
  const native = join(await tempDirectory(), 'native');
  for (const name of ['bin', 'lib', 'share']) await mkdir(join(native, name), { recursive: true, mode: 0o700 });
  await writeFile(join(native, 'bin', 'postgres'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  await writeFile(join(native, 'share', 'postgres.bki'), '', { mode: 0o600 });
  await symlink('libpq.so.5', join(native, 'lib', 'libpq.so'));
  return native;
}
