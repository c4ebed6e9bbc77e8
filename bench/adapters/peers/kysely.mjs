import fs from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { nameOf, writeFiles } from '../files.mjs';

/** Migrations of kysely are modules. */
export const write = (directory, files) =>
  writeFiles(directory, files, {
    name: (file) => `${nameOf(file)}.mjs`,
    text: ({ sql }) =>
      `import { sql } from '${import.meta.resolve('kysely')}';\n` +
      `export const up = (db) => sql.raw(${JSON.stringify(sql)}).execute(db);\n`,
  });

export const history = 'SELECT count(*) FROM kysely_migration';

export async function load() {
  const { FileMigrationProvider, Kysely, Migrator, PostgresDialect } = await import('kysely');
  return async ({ connectionString, directory }) => {
    const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }) });
    const provider = new FileMigrationProvider({ fs, path, migrationFolder: directory });
    const { error } = await new Migrator({ db, provider }).migrateToLatest();
    await db.destroy();
    if (error) throw error;
  };
}
