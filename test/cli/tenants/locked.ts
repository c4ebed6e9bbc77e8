import pg from 'pg';
import { lockKey } from '../../../src/postgres/lock/lock.js';
import { historyOf } from '../../support/migrator/history-of.js';
import type { TestDatabase } from '../../support/database/database.js';

/** Another process migrates a tenant until the returned function is called; without a name, a tenant with a database of its own. */
export async function lockTenant(db: TestDatabase, tenant?: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: db.connectionString });
  await client.connect();
  const key = String(lockKey(db.name, { schema: 'shared', table: 'schema_migrations', tenant }));
  await client.query('SELECT pg_advisory_lock($1::bigint)', [key]);
  return () => client.end();
}

/** The sessions that poll for a migration lock. */
export async function waitingForLock(db: TestDatabase): Promise<readonly number[]> {
  const { rows } = await db.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%try_advisory%'`,
  );
  return rows.map(({ pid }) => pid);
}

/** Whether the history of the database has a row. */
export async function isMarked(db: TestDatabase): Promise<boolean> {
  const { rows } = await db.query<{ exists: boolean }>(
    `SELECT to_regclass('shared.schema_migrations') IS NOT NULL AS exists`,
  );
  return rows[0]?.exists === true && (await historyOf(db)).length > 0;
}
