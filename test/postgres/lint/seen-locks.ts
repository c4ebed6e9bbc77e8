import type pg from 'pg';
import { LOCK_MODES, type LockMode } from '../../../src/core/lint/syntax/lock-modes.js';
import { withClient, type TestDatabase } from '../../support/database/database.js';
import { until } from '../../support/jest/until.js';

/** The strongest lock on each relation, by name. */
export type SeenLocks = Readonly<Record<string, LockMode>>;

/** `AccessExclusiveLock` is `ACCESS EXCLUSIVE`. */
const MODES = new Map<string, LockMode>(
  LOCK_MODES.map((mode) => [
    `${mode.toLowerCase().replace(/ ?(\w)(\w*)/g, (_, a: string, b: string) => a.toUpperCase() + b)}Lock`,
    mode,
  ]),
);

/**
 * Runs statements in a transaction, and looks from outside at what it has locked while it is open. Afterwards it is
 * rolled back.
 */
export async function locksInTransaction(db: TestDatabase, sql: string): Promise<SeenLocks> {
  return withClient(db.connectionString, async (client) => {
    const pid = await pidOf(client);
    await client.query(`BEGIN; ${sql}`);
    return locksOfBackend(db, pid);
  });
}

/**
 * Runs statements outside a transaction, while somebody else holds a lock that keeps them waiting.
 *
 * @param hold the lock: `orders IN SHARE MODE`.
 * @param isEnough whether what is locked or waited for so far is what is expected.
 */
export async function locksWhileWaiting(
  db: TestDatabase,
  sql: string,
  hold: string,
  isEnough: (seen: SeenLocks) => boolean,
): Promise<SeenLocks> {
  return withClient(db.connectionString, (holder) =>
    withClient(db.connectionString, async (client) => {
      const pid = await pidOf(client);
      await holder.query(`BEGIN; LOCK TABLE ${hold}`);
      const done = client.query(sql);
      let seen: SeenLocks = {};
      await until(async () => isEnough((seen = await locksOfBackend(db, pid)))).catch(() => {});
      await holder.query('ROLLBACK');
      await done;
      return seen;
    }),
  );
}

async function pidOf(client: pg.Client): Promise<number> {
  return (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
}

/** What a backend has locked or waits for, by the names that others see. */
async function locksOfBackend(db: TestDatabase, pid: number): Promise<SeenLocks> {
  const { rows } = await db.query<{ relation: string; modes: string[] }>(
    `SELECT c.relname AS relation, array_agg(l.mode) AS modes
       FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
      WHERE l.pid = $1 AND l.locktype = 'relation' AND c.relnamespace = 'public'::regnamespace GROUP BY 1`,
    [pid],
  );
  return Object.fromEntries(rows.map(({ relation, modes }) => [relation, strongest(modes)]));
}

function strongest(modes: readonly string[]): LockMode {
  const known = modes.map((mode) => MODES.get(mode) ?? 'ACCESS SHARE');
  return LOCK_MODES.findLast((mode) => known.includes(mode)) ?? 'ACCESS SHARE';
}
