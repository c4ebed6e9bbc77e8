import { startEphemeralPostgres } from '../../../src/testing/embedded/ephemeral.js';
import type { EmbeddedPostgresOptions, EmbeddedServer } from '../../../src/testing/embedded/server.js';
import { testedBinaries } from './tested-binaries.js';

/**
 * What was committed must survive `kill()`. Syncing to the disk (`fsync`) matters only when the whole machine goes
 * down.
 */
export const CRASH_SAFE = { synchronous_commit: 'on', full_page_writes: 'on' };

/** A server on a directory of its own, which `remove()` or the death of this process takes away. */
export function startEphemeralServer(
  settings: Record<string, string> = {},
  options: Pick<EmbeddedPostgresOptions, 'nativeDirectory' | 'log'> = {},
): Promise<EmbeddedServer> {
  return startEphemeralPostgres({ nativeDirectory: testedBinaries(), ...options, settings });
}
