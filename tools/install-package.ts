import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs a package of this repository that has a lock file of its own, unless what is installed is as new as that.
 * Without install scripts: those of the PostgreSQL binaries only link libraries, which the launcher does as well.
 *
 * @throws Error if npm fails
 */
export function installPackage(directory: string): void {
  const installed = join(directory, 'node_modules/.package-lock.json');
  const wanted = statSync(join(directory, 'package-lock.json')).mtimeMs;
  if (existsSync(installed) && statSync(installed).mtimeMs >= wanted) return;
  const install = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', directory];
  const { status } = spawnSync('npm', install, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ${install.join(' ')} failed.`);
}
