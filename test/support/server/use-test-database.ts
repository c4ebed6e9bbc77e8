import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../database/database.js';
import { expectNothingOfOurs } from './leftovers.js';
import { poolerIsRunning } from '../database/pgbouncer.js';

/**
 * One database for the test file, made before its tests and dropped after them. After each test nothing of ours may be
 * left in it. It is kept when one of them failed or
 * KEEP_DATABASES=1; only a server of TEST_DATABASE_URL lives long enough for that to help.
 *
 * @returns a handle whose members may be used from `beforeAll` on
 */
export function useTestDatabase(name?: string): TestDatabase {
  let database: TestDatabase | undefined;

  beforeAll(async () => {
    database = await createTestDatabase(name);
  });

  afterEach(async () => {
    if (database) await expectNothingOfOurs(database, poolerIsRunning());
  });

  afterAll(async () => {
    if (!database) return;
    if (keep()) process.stderr.write(`Kept the database ${database.name}\n`);
    else await database.drop();
  });

  const ready = (): TestDatabase => {
    if (!database) throw new Error('The test database is made in beforeAll; use it in a hook or a test.');
    return database;
  };
  return {
    get name() {
      return ready().name;
    },
    get connectionString() {
      return ready().connectionString;
    },
    pool: (config) => ready().pool(config),
    query: (sql, params) => ready().query(sql, params),
    drop: () => ready().drop(),
  };
}

function keep(): boolean {
  if (!process.env['TEST_DATABASE_URL']) return false;
  const failed = (globalThis as { __testFailed?: boolean }).__testFailed === true;
  return failed || process.env['KEEP_DATABASES'] === '1';
}
