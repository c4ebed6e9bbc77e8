import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MigratorOptions } from '../../../src/migrator.js';
import { type Freeze, startCountingProxy } from './counting-proxy.js';
import { childEnvironment, repositoryRoot } from './process.js';

const CHILD = fileURLToPath(new URL('../../history/crash.child.mjs', import.meta.url));

/** Where to kill: asked for each message of the process, counted from 1. */
export type KillAt = (text: string, nth: number) => Freeze | undefined;

export interface Killed {
  /** The message at which it was killed; undefined when it ended before. */
  readonly at: string | undefined;
  readonly stderr: string;
}

/** A process that migrates, and is killed with SIGKILL where `killAt` says; its connection ends at once. */
export async function migrateUntilKilled(
  db: { readonly connectionString: string },
  directory: string,
  killAt: KillAt,
  options: MigratorOptions = {},
): Promise<Killed> {
  const { connectionString, frozen } = await startCountingProxy(db.connectionString, { freeze: killAt });
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ connectionString, directory, ...options })], {
    cwd: repositoryRoot,
    env: childEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close').then(() => undefined);
  const at = await Promise.race([frozen, closed]);
  child.kill('SIGKILL');
  await closed;
  return { at, stderr };
}
