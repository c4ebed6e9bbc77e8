import pg from 'pg';

export { writeFiles as write } from '../files.mjs';

/** Its own table is its migration 0. */
export const history = 'SELECT count(*) FROM migrations WHERE id > 0';

export async function load() {
  const { migrate } = await import('postgres-migrations');
  return async ({ connectionString, directory }) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await migrate({ client }, directory);
    await client.end();
  };
}
