import path from 'node:path';
import { nameOf, writeFiles } from '../files.mjs';

const FIRST = 1_700_000_000_000;

/** Migrations of typeorm are classes, ordered by the timestamp at the end of their names. */
export const write = (directory, files) =>
  writeFiles(directory, files, {
    name: (file) => `${nameOf(file)}.cjs`,
    text: ({ number, label, sql }) => {
      const name = `${label}${FIRST + number}`;
      const up = `async up(runner) { await runner.query(${JSON.stringify(sql)}); }`;
      return `exports.${name} = class { name = '${name}'; ${up} async down() {} };\n`;
    },
  });

export const history = 'SELECT count(*) FROM migrations';

export async function load() {
  const { DataSource } = await import('typeorm');
  return async ({ connectionString, directory }) => {
    const source = new DataSource({
      type: 'postgres',
      url: connectionString,
      migrations: [path.join(directory, '*.cjs')],
    });
    await source.initialize();
    await source.runMigrations();
    await source.destroy();
  };
}
