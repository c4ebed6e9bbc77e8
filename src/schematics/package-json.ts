import { configFile, OPTIONS_KEY } from './directory.js';
import type { Tree } from './host.js';
import { asObject, objectAt, readJson, writeJson, type Json } from './json-file.js';
import type { Location } from './location.js';

const SCRIPTS = {
  migrate: 'nest-migrations migrate',
  'migrate:status': 'nest-migrations status',
  'migrate:new': 'nest-migrations new',
};

/** The packages that this one needs, by major version of NestJS. */
const PEERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  11: { '@nestjs/schedule': '^6.0.0', '@nestjs/terminus': '^11.0.0', pg: '^8.11.0' },
  12: { '@nestjs/schedule': '^12.0.0', '@nestjs/terminus': '^12.0.0', pg: '^8.11.0' },
};

/**
 * Adds scripts, the directory, and the packages that this one needs. Without their versions, npm would install those for
 * the newest NestJS.
 *
 * @returns true if packages must be installed
 */
export function changePackageJson(tree: Tree, { directory }: Location): boolean {
  const manifest = readJson(tree, 'package.json');
  if (!manifest) return false;
  const scripts = objectAt(manifest, 'scripts');
  for (const [name, script] of Object.entries(SCRIPTS)) scripts[name] ??= script;
  if (directory !== 'migrations' && configFile(tree) === undefined)
    objectAt(manifest, OPTIONS_KEY)['directory'] ??= directory;
  const missing = missingPeers(manifest);
  const dependencies = { ...objectAt(manifest, 'dependencies'), ...missing };
  if (Object.keys(missing).length > 0)
    manifest['dependencies'] = Object.fromEntries(
      Object.entries(dependencies).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  writeJson(tree, 'package.json', manifest);
  return Object.keys(missing).length > 0;
}

function missingPeers({ dependencies, devDependencies }: Json): Record<string, string> {
  const present = { ...asObject(devDependencies), ...asObject(dependencies) };
  const nest = /\d+/.exec(String(present['@nestjs/core']))?.[0] ?? '';
  return Object.fromEntries(Object.entries(PEERS[nest] ?? {}).filter(([name]) => present[name] === undefined));
}

/** The package manager whose lock file the project has. */
export function packageManagerOf(tree: Tree): string {
  const lockFiles = { 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun' };
  return Object.entries(lockFiles).find(([file]) => tree.exists(file))?.[1] ?? 'npm';
}
