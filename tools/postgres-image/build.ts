/** Builds `postgres:local` for the local Docker engine, out of the npm binaries and this machine's libraries. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hydrateSymlinks } from '../../src/testing/embedded/binaries/installed-binaries.js';
import { findNativeDirectory } from '../postgres-binaries.js';
import { LOCAL_IMAGE } from './image-name.js';
import { layOutRootFileSystem } from './root-file-system.js';

const BUSYBOX = '/bin/busybox';

/** @returns what the command printed */
function docker(...args: string[]): string {
  return execFileSync('docker', args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' }).trim();
}

if (process.platform !== 'linux') {
  throw new Error('The image is made of this machine’s libraries, which takes Linux. Elsewhere: docker pull postgres');
}
if (!existsSync(BUSYBOX)) throw new Error(`${BUSYBOX} is missing (apt-get install busybox-static)`);

const nativeDirectory = await realpath(findNativeDirectory());
await hydrateSymlinks(nativeDirectory);
const root = await mkdtemp(join(tmpdir(), 'postgres-image-'));
try {
  await layOutRootFileSystem(root, { nativeDirectory, busybox: BUSYBOX });
  const dockerfile = fileURLToPath(new URL('Dockerfile', import.meta.url));
  const id = docker('build', '--quiet', '--file', dockerfile, root);
  // Tried before it gets the name under which the tests look for it.
  const version = docker('run', '--rm', '--network=none', '--entrypoint=postgres', id, '--version');
  docker('tag', id, LOCAL_IMAGE);
  console.log(`${LOCAL_IMAGE}: ${version}`);
} finally {
  await rm(root, { recursive: true, force: true });
}
