import { expect, it } from '@jest/globals';
import { createTestDatabases } from 'nestjs-pg-migrations/testing';

const database = createTestDatabases({ directory: 'migrations' }).forEachTest();

it('has its own database, on the server that the test run started', async () => {
  expect(database().url).toContain(new URL(process.env['TEST_DATABASE_URL'] ?? '').host);
  expect(await database().migrate()).toMatchObject({ applied: [], alreadyApplied: 3 });
});
