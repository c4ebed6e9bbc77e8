import { lockKey } from '../../../src/postgres/lock/lock.js';
import { type TestDatabase, withClient } from './database.js';

/** A backend that holds the migration lock and sends nothing more. */
export interface SilentHolder {
  readonly pid: number;
  /** The error with which its connection ended. */
  readonly ended: Promise<string>;
}

/** Holds the migration lock of the default table, as `deploy job 7`, during some work that may end the holder. */
export async function whileLockIsHeld(
  db: Pick<TestDatabase, 'connectionString' | 'name'>,
  work: (holder: SilentHolder) => Promise<void>,
): Promise<void> {
  const key = lockKey(db.name, { schema: 'shared', table: 'schema_migrations' });
  await withClient(db.connectionString, async (client) => {
    const ended = new Promise<string>((resolve) => client.once('error', (error) => resolve(String(error))));
    await client.query(`SET application_name = 'deploy job 7'`);
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid FROM pg_advisory_lock(${key})`,
    );
    await work({ pid: rows[0]?.pid ?? 0, ended });
  }).catch((error: unknown) => {
    if (!/terminat/i.test(String(error))) throw error; // a terminated holder cannot close its connection cleanly
  });
}
