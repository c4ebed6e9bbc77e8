import { expect } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type TestDatabase, withClient } from './database.js';

export interface LeftoversOptions {
  /** Application names whose idle connections may stay: those of pools that the test still holds. */
  allow?: string[];
  /** How long to wait, since sessions end some time after their client has gone. Default 2000. */
  patienceMs?: number;
}

/**
 * Nothing may be left in the database: no advisory lock, no open transaction, no connection. The failure shows what is.
 */
export async function expectNoLeftovers(
  db: Pick<TestDatabase, 'connectionString'>,
  options: LeftoversOptions = {},
): Promise<void> {
  await expectNone(db, options.patienceMs ?? 2_000, (client) => findLeftovers(client, options.allow ?? []));
}

/**
 * What no test may leave, whatever connections of its own it still holds: an advisory lock, an open transaction, a
 * connection of the library.
 *
 * @param pooled idle connections of the library's name are then the pooler's own.
 */
export async function expectNothingOfOurs(db: Pick<TestDatabase, 'connectionString'>, pooled: boolean): Promise<void> {
  await expectNone(db, 10_000, async (client) => {
    const found = await findLeftovers(client, pooled ? ['nestjs-pg-migrations'] : []);
    return found.filter((each) => OURS.test(each));
  });
}

const OURS = /of "nestjs-pg-migrations|: idle in transaction|^advisory lock/;

async function expectNone(
  db: Pick<TestDatabase, 'connectionString'>,
  patienceMs: number,
  find: (client: pg.Client) => Promise<string[]>,
): Promise<void> {
  const leftovers = await withClient(db.connectionString, async (client) => {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = await find(client);
      if (found.length === 0 || Date.now() > deadline) return found;
      await sleep(50);
    }
  });
  expect(leftovers).toEqual([]);
}

async function findLeftovers(client: pg.Client, allow: string[]): Promise<string[]> {
  const { rows } = await client.query<{ leftover: string }>(
    `SELECT format('session %s of "%s": %s; last query: %s', pid, application_name, state, query) AS leftover
       FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND NOT (application_name = ANY ($1) AND state = 'idle')
      UNION ALL
     SELECT format('advisory lock (%s, %s) of session %s, %s', classid, objid, l.pid, mode)
       FROM pg_locks l
      WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [allow],
  );
  return rows.map((row) => row.leftover);
}
