import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { DRIFT_JOB } from 'nestjs-pg-migrations';
import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { withClient } from '../support/database/database.js';
import { childEnvironment } from '../support/programs/process.js';
import { Application } from './application.js';

/** An application in its folder, the Node that runs it and the server with its database. */
interface Place {
  readonly node: string;
  readonly folder: string;
  readonly server: EmbeddedServer;
}

const APPLIED = ['001_users.sql', '002_users_created_at.sql', '003_users_created_at_index.sql'];

/** The application migrates, is healthy, finds its jobs, and exits on a signal. */
export async function runsInProduction(place: Place): Promise<void> {
  const application = await Application.start(place.node, place.folder, await environment(place));
  try {
    const { status, body } = await application.get('/health');
    assert.equal(status, 200);
    assert.equal((body as { status: string }).status, 'ok');
    const { applied, jobs, ticks, seconds } = await application.report();
    assert.deepEqual(
      applied,
      APPLIED.map((file) => `${file} applied`),
    );
    assert.deepEqual(jobs.toSorted(), [DRIFT_JOB, 'tick'].toSorted());
    assert.ok(ticks <= seconds, `${ticks} ticks in ${seconds} s`);
  } finally {
    const { code, signal, output } = await application.stop();
    assert.deepEqual({ code, signal }, { code: null, signal: 'SIGTERM' }, output);
    assert.doesNotMatch(output, /warn|error/i);
  }
}

/** The command line takes its options from the module of the application. */
export async function configuresTheCommandLine(place: Place): Promise<void> {
  const run = promisify(execFile);
  const main = 'node_modules/nestjs-pg-migrations/dist/cli/main.js';
  const { stdout } = await run(place.node, [main, 'pending', '--json', '--module', 'dist/app.module.js'], {
    cwd: place.folder,
    env: await environment(place),
  });
  const { migrations } = JSON.parse(stdout) as { migrations: { file: string }[] };
  assert.deepEqual(
    migrations.map(({ file }) => file),
    APPLIED,
  );
}

/** The end-to-end tests of the application pass, one of them with an embedded server, and leave nothing open. */
export async function passesItsTests(place: Place, parameters: readonly string[]): Promise<void> {
  const { stdout, stderr } = await promisify(execFile)('npm', ['run', 'test:e2e', '--', ...parameters], {
    cwd: place.folder,
    env: await environment(place),
    timeout: 240_000,
    shell: process.platform === 'win32',
  });
  const output = stdout + stderr;
  assert.match(output, /Tests:? +2 passed/);
  assert.doesNotMatch(output, /open handle|did not exit|failed to exit/);
}

let databases = 0;

/** Creates an empty database, and returns its URL. */
export async function createDatabase(server: EmbeddedServer): Promise<string> {
  const name = `host_${++databases}`;
  await withClient(server.connectionString(), (client) => client.query(`CREATE DATABASE ${name}`));
  return server.connectionString(name);
}

/** The environment of the application: the Node that is to run it, and a database that is empty. */
async function environment({ node, server }: Place): Promise<NodeJS.ProcessEnv> {
  return childEnvironment({
    DATABASE_URL: await createDatabase(server),
    PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH']}`,
    // Terminal escape codes would hide the expected words.
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  });
}
