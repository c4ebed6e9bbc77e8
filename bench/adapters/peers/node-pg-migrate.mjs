import { fileURLToPath } from 'node:url';

export { writeFiles as write } from '../files.mjs';

export const history = 'SELECT count(*) FROM pgmigrations';

export async function load() {
  const { runner } = await import('node-pg-migrate');
  return ({ connectionString, directory }) =>
    runner({
      databaseUrl: connectionString,
      dir: directory,
      direction: 'up',
      migrationsTable: 'pgmigrations',
      log: () => {},
    });
}

export const command = ({ connectionString, directory }) => ({
  args: [
    fileURLToPath(new URL('../../node_modules/node-pg-migrate/bin/node-pg-migrate.js', import.meta.url)),
    'up',
    '--migrations-dir',
    directory,
  ],
  env: { DATABASE_URL: connectionString },
});
