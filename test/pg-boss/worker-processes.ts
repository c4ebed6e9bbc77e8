import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach } from '@jest/globals';
import type { FleetOptions } from '../../src/migrator.js';
import { childEnvironment, repositoryRoot, typescriptArguments } from '../support/programs/process.js';

const CHILD = fileURLToPath(new URL('worker.child.ts', import.meta.url));
const running = new Set<WorkerProcess>();

/** A worker in a process of its own. It is killed after the test. */
export class WorkerProcess {
  stderr = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(child, 'close').then(() => running.delete(this));
  }

  /** Returns when it is about to ask for work. */
  static async start(version: number, options: FleetOptions): Promise<WorkerProcess> {
    const child = spawn(process.execPath, [...typescriptArguments, CHILD, JSON.stringify({ version, ...options })], {
      cwd: repositoryRoot,
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const worker = new this(child);
    running.add(worker);
    const began = child.stdout ? once(child.stdout, 'data') : Promise.reject(new Error('no output'));
    await Promise.race([began, worker.ended.then(() => Promise.reject(new Error(worker.stderr)))]);
    return worker;
  }

  /** @param signal `SIGKILL` or `SIGTERM`. Returns when it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}

afterEach(async () => {
  await Promise.all([...running].map((worker) => worker.end('SIGKILL')));
});
