/** A script without a test runner: only the work on databases keeps it alive. */
import { createTestDatabases } from '../../src/testing.js';

const databases = createTestDatabases();
await databases.createEmpty();
await databases.close();
console.log('closed');
