import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFiles } from '../files.mjs';

/** Each file carries a hash of itself and of the file before it. */
export function write(directory, files) {
  let previous = '-';
  writeFiles(path.join(directory, 'committed'), files, {
    name: ({ number, label }) => `${String(number).padStart(6, '0')}-${label}.sql`,
    text: ({ sql }) => {
      const hashed = `${`${previous === '-' ? '' : previous}\n${sql.trim()}`.trim()}\n`;
      const hash = `sha1:${createHash('sha1').update(hashed).digest('hex')}`;
      const header = `--! Previous: ${previous}\n--! Hash: ${hash}\n`;
      previous = hash;
      return `${header}\n${sql.trim()}\n`;
    },
  });
  writeFileSync(path.join(directory, '.gmrc'), JSON.stringify({ migrationsFolder: directory }));
}

export const history = 'SELECT count(*) FROM graphile_migrate.migrations';

export async function load() {
  const { migrate } = (await import('graphile-migrate')).default;
  const { Logger } = (await import('@graphile/logger')).default;
  const logger = new Logger(() => () => {});
  return ({ connectionString, directory }) => migrate({ connectionString, migrationsFolder: directory, logger });
}

export const command = ({ connectionString, directory }) => ({
  args: [
    fileURLToPath(new URL('../../node_modules/graphile-migrate/dist/cli.js', import.meta.url)),
    'migrate',
    '--config',
    path.join(directory, '.gmrc'),
  ],
  env: { DATABASE_URL: connectionString },
});
