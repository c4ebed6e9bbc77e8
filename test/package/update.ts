/** `npm run counts:update`: records what each way of using the package loads now, and prints what has changed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEphemeralServer } from '../support/server/ephemeral-server.js';
import { writeFiles } from '../support/files/write-files.js';
import { findDifferences, readRecorded, writeRecorded } from './recorded.js';
import { FILES, measureLoaded } from './workloads.js';

const directory = await mkdtemp(path.join(tmpdir(), 'migrations-loaded-'));
const server = await startEphemeralServer();
try {
  await writeFiles(directory, FILES);
  const measured = await measureLoaded(server.connectionString(), directory);
  const differences = findDifferences(await readRecorded(), measured);
  if (differences.length > 0) await writeRecorded(measured);
  console.log(differences.join('\n') || 'Nothing has changed.');
} finally {
  await server.remove();
  await rm(directory, { recursive: true });
}
