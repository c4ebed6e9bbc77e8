import { expect } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../../src/testing/embedded/postmaster-pid.js';
import {
  type EmbeddedPostgresOptions,
  type EmbeddedServer,
  startEmbeddedPostgres,
} from '../../../src/testing/embedded/server.js';
import { withClient } from '../../support/database/database.js';
import { childEnvironment, typescriptArguments } from '../../support/programs/process.js';
import { testIf } from '../../support/server/since-version.js';
import { testedBinaries } from '../../support/server/tested-binaries.js';
import { beforeTheyGo, tempDirectory } from '../../support/files/temp-directory.js';

export const PARENT = fileURLToPath(new URL('parent.ts', import.meta.url));

/** A process that started a server. */
export interface Parent {
  readonly parent: ChildProcess;
  readonly server: { readonly pid: number; readonly port: number; readonly dataDirectory: string };
}

/** Runs a script that starts a server and prints it as JSON on its first line. */
export async function startParent(script: string, ...args: string[]): Promise<Parent> {
  const parent = spawn(process.execPath, [...typescriptArguments, script, ...args], {
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  return { parent, server: JSON.parse(line) as Parent['server'] };
}

/** Kills a process without warning. */
export async function killed(process: ChildProcess): Promise<void> {
  process.kill('SIGKILL');
  await once(process, 'exit');
}

const servers: EmbeddedServer[] = [];

beforeTheyGo(() => Promise.all(servers.map((server) => server.remove())));

/** Only root runs its servers under another account. */
export const asRoot = testIf(process.getuid?.() === 0, 'needs root');

/** As root, the directory above is closed to the account of the server, like that of a checkout in root's home. */
export const newDataDirectory = async (): Promise<string> => join(await tempDirectory(), 'data');

export async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedServer> {
  const settings = { fsync: 'off', ...options.settings };
  const server = await startEmbeddedPostgres({ nativeDirectory: testedBinaries(), ...options, settings });
  servers.push(server);
  return server;
}

export const ask = (server: EmbeddedServer, sql: string): Promise<unknown[]> =>
  withClient(server.connectionString(), async (client) =>
    (await client.query({ text: sql, rowMode: 'array' })).rows.flat(),
  );

/** Dead, if perhaps not yet reaped: an orphan waits for process 1, which takes its time. */
export function hasEnded(pid: number): boolean {
  try {
    return !isAlive(pid) || /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return !isAlive(pid);
  }
}

export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 8_000;
  while (!condition() && Date.now() < deadline) await sleep(20);
  expect(condition()).toBe(true);
}
