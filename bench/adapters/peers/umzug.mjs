import { readFileSync } from 'node:fs';
import pg from 'pg';

export { writeFiles as write } from '../files.mjs';

export const history = 'SELECT count(*) FROM umzug';

/** umzug brings no storage for PostgreSQL; this is the least that works. */
const storageOn = (client) => ({
  executed: async () => {
    await client.query('CREATE TABLE IF NOT EXISTS umzug (name text PRIMARY KEY)');
    const { rows } = await client.query('SELECT name FROM umzug ORDER BY name');
    return rows.map(({ name }) => name);
  },
  logMigration: ({ name }) => client.query('INSERT INTO umzug VALUES ($1)', [name]),
  unlogMigration: ({ name }) => client.query('DELETE FROM umzug WHERE name = $1', [name]),
});

export async function load() {
  const { Umzug } = await import('umzug');
  return async ({ connectionString, directory }) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const umzug = new Umzug({
      migrations: {
        glob: ['*.sql', { cwd: directory }],
        resolve: ({ name, path }) => ({ name, up: () => client.query(readFileSync(path, 'utf8')) }),
      },
      storage: storageOn(client),
      logger: undefined,
    });
    await umzug.up();
    await client.end();
  };
}
