import { writeFiles, nameOf } from '../files.mjs';

/** Migrations of knex are modules. */
export const write = (directory, files) =>
  writeFiles(directory, files, {
    name: (file) => `${nameOf(file)}.cjs`,
    text: ({ sql }) => `exports.up = (knex) => knex.raw(${JSON.stringify(sql)});\nexports.down = () => {};\n`,
  });

export const history = 'SELECT count(*) FROM knex_migrations';

export async function load() {
  const { default: knex } = await import('knex');
  return async ({ connectionString, directory }) => {
    const db = knex({ client: 'pg', connection: connectionString });
    await db.migrate.latest({ directory, loadExtensions: ['.cjs'] });
    await db.destroy();
  };
}
