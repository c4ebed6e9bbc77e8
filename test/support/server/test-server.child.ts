// Starts the server of a test run as the global setup does, asks it something, and stops it. Prints what it was.
import { runProcess } from '../programs/process.js';
import { startTestServer, stopTestServer } from './test-server.js';
import { withClient } from '../database/database.js';

const { url, description } = await startTestServer();
const { rows } = await withClient(url, (client) => client.query('SELECT 1 AS one'));
const containers = (): Promise<string> => containersOn(new URL(url).port);
const during = await containers();
await stopTestServer();
console.log(JSON.stringify({ description, rows, containers: { during, after: await containers() } }));

/** Ids of the containers, stopped ones included, that publish the port. */
async function containersOn(port: string): Promise<string> {
  const listed = await runProcess('docker', ['ps', '--all', '--quiet', '--filter', `publish=${port}`]).catch(
    () => undefined,
  );
  return listed?.stdout.trim() ?? '';
}
