import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { withClient } from '../database/database.js';

export interface LeftoversOptions {
  /** Application names whose idle connections may stay: those of pools that the test still holds. */
  allow?: string[];
  /** Which leftovers are looked at. Default: all. */
  only?: RegExp;
  /** How long to wait, since sessions end some time after their client has gone. Default 2000. */
  patienceMs?: number;
}

/**
 * What is left in a database: advisory locks, connections and with them open transactions. Looks until nothing is, or
 * its patience ends.
 */
export function leftoversOf(connectionString: string, options: LeftoversOptions = {}): Promise<string[]> {
  return withClient(connectionString, async (client) => {
    const deadline = Date.now() + (options.patienceMs ?? 2_000);
    for (;;) {
      const all = await findLeftovers(client, options.allow ?? []);
      const found = all.filter((each) => options.only?.test(each) ?? true);
      if (found.length === 0 || Date.now() > deadline) return found;
      await sleep(50);
    }
  });
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
