import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Another checkout can be measured for comparison.
const checkout = process.env.BENCH_CHECKOUT ?? fileURLToPath(new URL('../..', import.meta.url));
const { exports, bin } = JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8'));

export { writeFiles as write } from './files.mjs';

export const history = 'SELECT count(*) FROM shared.schema_migrations WHERE error_message IS NULL';

export async function load() {
  const { makeMigrator } = await import(pathToFileURL(path.join(checkout, exports['./migrator'].import.default)));
  return async ({ connectionString, directory }) => {
    const migrator = makeMigrator({ connectionString, directory });
    await migrator.migrate();
    await migrator.close();
  };
}

export const command = ({ connectionString, directory }) => ({
  args: [path.join(checkout, bin['nest-migrations']), 'migrate', '--dir', directory],
  env: { DATABASE_URL: connectionString },
});
