import { afterAll } from '@jest/globals';
import type { EmbeddedPostgresOptions, EmbeddedServer } from '../../../src/testing/embedded/server.js';
import { CRASH_SAFE, startEphemeralServer } from './ephemeral-server.js';

const started: EmbeddedServer[] = [];

/**
 * A server that a test may kill, stop and break. It may be stopped and started again at will; its directory goes when
 * the test calls `remove()`, at the latest after the test file.
 */
export async function startPrivateServer(
  settings: Record<string, string> = {},
  options: Pick<EmbeddedPostgresOptions, 'nativeDirectory' | 'log'> = {},
): Promise<EmbeddedServer> {
  const server = await startEphemeralServer({ ...CRASH_SAFE, ...settings }, options);
  started.push(server);
  return server;
}

afterAll(async () => {
  await Promise.all(started.splice(0).map((server) => server.remove()));
});
