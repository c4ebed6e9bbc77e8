import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MigratorOptions } from '../src/migrator.js';
import { childEnvironment, repositoryRoot } from '../test/support/programs/process.js';

const CHILD = fileURLToPath(new URL('migrate.child.mjs', import.meta.url));

/** What a process said of its run; the time is that of the wall clock, in ms, when its connections were closed. */
export type RunReport =
  | { readonly applied: readonly string[]; readonly doneAt: number }
  /** `UNTYPED` for an error that is none of the library's. */
  | { readonly code: string; readonly message: string; readonly doneAt: number };

/** How a run ended; without a report the process died in it. */
export interface RunEnd {
  readonly report: RunReport | undefined;
  /** All that the process said on its standard error. */
  readonly stderr: string;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that migrates with the built package when it is told to. */
export class MigratingProcess {
  readonly ended: Promise<ProcessEnd>;
  private readonly child: ChildProcess;
  private readonly ready: Promise<unknown>;
  private readonly said = new EventEmitter();
  private stderr = '';

  constructor() {
    const child = spawn(process.execPath, [CHILD], { cwd: repositoryRoot, env: childEnvironment(), stdio: 'pipe' });
    this.child = child;
    child.stdin.on('error', () => {}); // it may be gone before it is told
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.said.emit('report', JSON.parse(line));
      else this.said.emit(line);
    });
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
    this.ready = Promise.race([once(this.said, 'ready'), this.ended]);
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Everything is loaded, and nothing is connected. */
  async isReady(): Promise<void> {
    await this.ready;
  }

  async migrate(options: MigratorOptions): Promise<RunEnd> {
    const report = once(this.said, 'report').then(([said]) => said as RunReport);
    this.child.stdin?.write(`${JSON.stringify(options)}\n`);
    return { report: await Promise.race([report, this.ended.then(() => undefined)]), stderr: this.stderr };
  }

  /** In the run that it is in, or the next one, it found the migration lock taken. */
  async waitsForLock(): Promise<void> {
    await once(this.said, 'lock-waiting');
  }

  /** Nothing more will come: it ends by itself. */
  finish(): void {
    this.child.stdin?.end();
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Stands still, its connections open, until it goes on. */
  stop(): void {
    this.child.kill('SIGSTOP');
  }

  goOn(): void {
    this.child.kill('SIGCONT');
  }
}

/** @returns undefined when it takes longer. */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
