/** `npm run check:package`: what others say of the tarball. */
import { execFileSync } from 'node:child_process';
import { pack } from './pack.js';

const { tarball } = await pack('build/tarball');
for (const command of [
  ['publint', '--strict', tarball],
  ['attw', tarball],
]) {
  execFileSync('npx', ['--no-install', ...command], { stdio: 'inherit', shell: process.platform === 'win32' });
}
