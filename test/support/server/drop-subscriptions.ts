import type pg from 'pg';

/** Drops the subscriptions of a database, because it cannot be dropped with them. */
export async function dropSubscriptions(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT subname AS name FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
  );
  for (const { name } of rows) await client.query(`DROP SUBSCRIPTION ${name}`);
}
