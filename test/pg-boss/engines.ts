import type { FleetEngineFactory } from '../../src/migrator.js';
import { pgBossFrom, type PgBossOptions } from '../../src/pg-boss/engine.js';

/** The versions of pg-boss that run on this version of Node. Each is installed under a name of its own. */
export const VERSIONS = [10, ...(isAtLeast(22, 12) ? [12] : [])] as const;

/** An engine on a version of pg-boss. */
export function engineOn(version: number, options: PgBossOptions = {}): FleetEngineFactory {
  const name = version === 10 ? 'pg-boss' : `pg-boss-${version}`;
  return pgBossFrom(() => import(name) as Promise<object>, options);
}

function isAtLeast(major: number, minor: number): boolean {
  const [ourMajor = 0, ourMinor = 0] = process.versions.node.split('.').map(Number);
  return ourMajor > major || (ourMajor === major && ourMinor >= minor);
}
