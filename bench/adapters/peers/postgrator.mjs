import path from 'node:path';
import pg from 'pg';
import { writeFiles } from '../files.mjs';

export const write = (directory, files) =>
  writeFiles(directory, files, { name: ({ number, label }) => `${number}.do.${label}.sql` });

export const history = 'SELECT count(*) FROM schemaversion WHERE version > 0';

export async function load() {
  const { default: Postgrator } = await import('postgrator');
  return async ({ connectionString, directory }) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const postgrator = new Postgrator({
      driver: 'pg',
      migrationPattern: path.join(directory, '*'),
      execQuery: (text) => client.query(text),
    });
    await postgrator.migrate();
    await client.end();
  };
}
