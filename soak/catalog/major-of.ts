import type pg from 'pg';

/** The major version of the server. */
export async function majorOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ v: string }>(`SELECT current_setting('server_version_num') AS v`);
  return Math.floor(Number(rows[0]?.v) / 10_000);
}
