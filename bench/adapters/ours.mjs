import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Another checkout can be measured for comparison.
const checkout = process.env.BENCH_CHECKOUT ?? fileURLToPath(new URL('../..', import.meta.url));
const { exports, bin } = JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8'));

export { writeFiles as write } from './files.mjs';

export const history = 'SELECT count(*) FROM shared.schema_migrations WHERE error_message IS NULL';

/** `catalog: false` leaves out what the other tools do not do either: recording the catalog for drift(). */
const options = process.env.BENCH_CATALOG === 'off' ? { catalog: false } : {};

async function loadMakeMigrator() {
  const { makeMigrator } = await import(pathToFileURL(path.join(checkout, exports['./migrator'].import.default)));
  return makeMigrator;
}

export async function load() {
  const makeMigrator = await loadMakeMigrator();
  return async ({ connectionString, directory }) => {
    const migrator = makeMigrator({ connectionString, directory, ...options });
    await migrator.migrate();
    await migrator.close();
  };
}

/** A migrator on a pool, as in an application. */
export async function openHealth({ connectionString, directory }) {
  const makeMigrator = await loadMakeMigrator();
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString });
  const migrator = makeMigrator({ pool, directory });
  return {
    check: async () => {
      const { status } = await migrator.health();
      if (status !== 'up') throw new Error(`the health is ${status}`);
    },
    close: async () => {
      await migrator.close();
      await pool.end();
    },
  };
}

export const command = ({ connectionString, directory }) => ({
  args: [path.join(checkout, bin['nest-migrations']), 'migrate', '--dir', directory],
  env: { DATABASE_URL: connectionString },
});
