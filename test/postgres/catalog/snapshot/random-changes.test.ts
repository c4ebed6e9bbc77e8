import { expect, test } from '@jest/globals';
import { proveChanges } from '../../../../soak/catalog/prove-changes.js';
import { useTestDatabase } from '../../../support/server/use-test-database.js';

const database = useTestDatabase('random_changes');

test('one random change of each kind and verb is found and named: npm run soak -- --part catalog runs more', async () => {
  const { played, problems } = await proveChanges(database.connectionString, 1, 1);
  expect(problems).toEqual([]);
  expect(played).toBeGreaterThan(120);
});
