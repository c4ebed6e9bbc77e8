/** `npm run counts:update`: records what runs cost now, and prints what has changed. */
import pg from 'pg';
import { startEphemeralServer } from '../support/ephemeral-server.js';
import { findDifferences, settle } from './compare.js';
import { measureCounts } from './measure.js';
import { readRecorded, writeRecorded } from './recorded.js';

const server = await startEphemeralServer();
let databases = 0;
const createDatabase = async (): Promise<string> => {
  const name = `counts_${String(++databases).padStart(10, '0')}`; // as long as the name of a test database
  const client = new pg.Client({ connectionString: server.connectionString() });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return server.connectionString(name);
};

try {
  const measured = await measureCounts(createDatabase);
  const recorded = await readRecorded();
  const differences = findDifferences(recorded, measured);
  if (differences.length > 0) await writeRecorded(settle(recorded, measured));
  console.log(differences.join('\n') || 'Nothing has changed.');
} finally {
  await server.remove();
}
