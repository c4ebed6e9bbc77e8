/**
 * `npm start`: builds the example and runs it here, with the larger set of migrations of this repository and, unless
 * DATABASE_URL is set, on a PostgreSQL of its own. Its data stays, so that the second start has nothing to do.
 * `npm start -- tenants` runs the example with tenants.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startEmbeddedPostgres } from '../../src/testing/embedded/server.js';

// npm's shell does not pass a signal on: when it goes, so does the example, with its server.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 500).unref();

const run = (script: string, ...parameters: string[]): Buffer =>
  execFileSync(process.execPath, [script, ...parameters], { stdio: 'inherit' });

const [example = ''] = process.argv.slice(2);
const main = path.resolve('build/example', example, 'main.js');
const dataDirectory = path.resolve(`build/example-data${example && `-${example}`}`);

run('tools/ensure-build.mjs');
run('node_modules/typescript/bin/tsc', '-p', 'tools/example');
if (!process.env['DATABASE_URL']) {
  const server = await startEmbeddedPostgres({ dataDirectory }).catch(giveUp);
  process.env['DATABASE_URL'] = server.connectionString();
}
if (example === 'tenants') process.chdir('example'); // its migrations are there
await import(pathToFileURL(main).href);

function giveUp(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
