import { expect, test } from '@jest/globals';
import { createTables } from '../../bench/files/many-tables.js';
import { useTestDatabase } from '../support/server/use-test-database.js';

const db = useTestDatabase('many_tables');

test('each table of the large schema has three indexes', async () => {
  await createTables(db.connectionString, 251); // more than are created at once
  const { rows } = await db.query(
    `SELECT count(DISTINCT indrelid)::int AS tables, count(*)::int AS indexes FROM pg_index WHERE indrelid IN
      (SELECT oid FROM pg_class WHERE relnamespace = 'bench'::regnamespace AND relkind = 'r')`,
  );
  expect(rows).toEqual([{ tables: 251, indexes: 753 }]);
});
