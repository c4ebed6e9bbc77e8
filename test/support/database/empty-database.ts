import { beforeEach } from '@jest/globals';
import type { TestDatabase } from './database.js';
import { useTestDatabase } from '../server/use-test-database.js';

const EMPTY = `
  DO $$
  DECLARE name text;
  BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    CREATE SCHEMA public;
  END $$`;

/** One database for the test file, which each of its tests finds empty. */
export function useEmptyDatabase(name?: string): TestDatabase {
  const db = useTestDatabase(name);
  beforeEach(() => db.query(EMPTY));
  return db;
}
