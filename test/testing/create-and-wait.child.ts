/** Creates a test database, prints its name, and waits to be killed. */
import { createTestDatabases } from '../../src/testing.js';

const [server = '', directory = ''] = process.argv.slice(2);
const { name } = await createTestDatabases({ server, directory }).create();
console.log(name);
setInterval(() => {}, 1_000);
