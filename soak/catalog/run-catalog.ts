import { withClient } from '../../test/support/database/database.js';
import { startEphemeralServer } from '../../test/support/server/ephemeral-server.js';
import { dumpMajor } from '../../test/support/programs/pg-dump.js';
import { majorOf } from './major-of.js';
import { proveChanges } from './prove-changes.js';
import { proveDumps } from './prove-dumps.js';

/** The number of changes of each kind and verb. */
const CHANGES_OF_EACH = 5;
const SCHEMAS = 200;

/** Checks random changes and dumped schemas. @returns the problems */
export async function runCatalog(seed: number): Promise<readonly string[]> {
  const server = await startEphemeralServer();
  try {
    await withClient(server.connectionString(), (client) => client.query('CREATE DATABASE changes'));
    const changes = await proveChanges(server.connectionString('changes'), seed, CHANGES_OF_EACH);
    console.log(`${changes.played} random changes, ${changes.problems.length} not found or not named`);
    const dumps = await dumpsOn(server.connectionString(), (name) => server.connectionString(name), seed);
    return [...changes.problems, ...dumps];
  } finally {
    await server.remove();
  }
}

/** pg_dump must be at least as new as the server: `TEST_POSTGRES_VERSION` chooses an older one. */
async function dumpsOn(url: string, urlOf: (name?: string) => string, seed: number): Promise<readonly string[]> {
  const server = await withClient(url, majorOf);
  const dump = dumpMajor();
  if (dump < server)
    return [
      `pg_dump ${dump} cannot dump PostgreSQL ${server}, so no schema was dumped: set TEST_POSTGRES_VERSION=${dump}`,
    ];
  const { played, problems } = await proveDumps(urlOf, seed, SCHEMAS);
  console.log(`${played} schemas dumped and restored, ${problems.length} with a difference`);
  return problems;
}
