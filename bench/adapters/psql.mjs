import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

export { writeFiles as write } from './files.mjs';

export const external = true;

export const missing = () => (spawnSync('psql', ['--version']).error ? 'there is no psql here' : undefined);

/** psql records nothing. */
export const history = undefined;

/** Each statement in a transaction of its own. */
export const load =
  () =>
  async ({ connectionString, directory }) => {
    const files = readdirSync(directory).toSorted();
    const args = files.flatMap((file) => ['-f', path.join(directory, file)]);
    execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...args, connectionString]);
  };
