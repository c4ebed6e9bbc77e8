import type { TestDatabase } from './database.js';
import { until } from '../jest/until.js';

/** Ends a backend and waits until it is gone, which servers before 14 cannot do by themselves. */
export async function terminate(db: Pick<TestDatabase, 'query'>, pid: number): Promise<void> {
  await db.query('SELECT pg_terminate_backend($1)', [pid]);
  await until(async () => (await db.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount === 0);
}
