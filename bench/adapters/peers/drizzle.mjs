import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { nameOf, writeFiles } from '../files.mjs';

export function write(directory, files) {
  writeFiles(directory, files);
  const entries = files.map((file) => ({
    idx: file.number - 1,
    version: '7',
    when: file.number,
    tag: nameOf(file),
    breakpoints: true,
  }));
  mkdirSync(path.join(directory, 'meta'), { recursive: true });
  const journal = { version: '7', dialect: 'postgresql', entries };
  writeFileSync(path.join(directory, 'meta/_journal.json'), JSON.stringify(journal));
}

export const history = 'SELECT count(*) FROM drizzle.__drizzle_migrations';

export async function load() {
  const { drizzle } = await import('drizzle-orm/node-postgres');
  const { migrate } = await import('drizzle-orm/node-postgres/migrator');
  return async ({ connectionString, directory }) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await migrate(drizzle(client), { migrationsFolder: directory });
    await client.end();
  };
}
