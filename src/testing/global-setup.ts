import type { EmbeddedServer } from './embedded/server.js';
import { startEmbedded } from './server-source.js';

const VARIABLE = 'TEST_DATABASE_URL';

let server: EmbeddedServer | undefined;

/**
 * Starts a server for a whole test run and puts its URL into the environment variable `TEST_DATABASE_URL`. Does nothing
 * if that is set already.
 *
 * @returns what stops it, for test runners that call it.
 * @throws Error when there are no PostgreSQL binaries, or the server does not start
 */
export async function globalSetup(): Promise<() => Promise<void>> {
  if (!process.env[VARIABLE]) {
    server = await startEmbedded();
    process.env[VARIABLE] = server.connectionString();
  }
  return globalTeardown;
}

/** Stops the server of the test run, if `globalSetup` started one. */
export async function globalTeardown(): Promise<void> {
  if (server === undefined) return;
  const stopping = server;
  server = undefined;
  delete process.env[VARIABLE];
  await stopping.remove();
}
