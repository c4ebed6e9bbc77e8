import path from 'node:path';
import { startEmbeddedPostgres } from '../tools/embedded-postgres/server.js';

/** A PostgreSQL of the example's own. Its data stays, so that the second start shows the fast path. */
export async function startOwnDatabase(
  directory: string,
): Promise<{ connectionString: string; stop: () => Promise<void> }> {
  const server = await startEmbeddedPostgres({ dataDirectory: path.join(directory, '.data') });
  return { connectionString: server.connectionString(), stop: () => server.stop() };
}
