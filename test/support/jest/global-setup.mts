import { startTestServer } from '../server/test-server.js';

/** One server for the whole run; each test file makes a database of its own in it. */
export default async function globalSetup(): Promise<void> {
  const { url, version, description } = await startTestServer();
  process.env['MIGRATIONS_TEST_SERVER_URL'] = url;
  process.env['MIGRATIONS_TEST_SERVER_VERSION'] = version;
  process.stderr.write(`Tests run on ${description}\n`);
}
