import { fileURLToPath } from 'node:url';
import { load } from './floor-hash.mjs';

export { writeFiles as write } from '../files.mjs';
export { history } from './floor.mjs';
export { load };

/** This file as a program: what a process costs that loads only `pg` and does as floor-hash. */
export const command = ({ connectionString, directory }) => ({
  args: [fileURLToPath(import.meta.url), connectionString, directory],
  env: {},
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , connectionString, directory] = process.argv;
  await load()({ connectionString, directory });
}
