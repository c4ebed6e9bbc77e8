import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MigratorOptions } from '../src/migrator.js';
import { childEnvironment, repositoryRoot } from '../test/support/process.js';

const CHILD = fileURLToPath(new URL('migrate.child.mjs', import.meta.url));

/** What a process said of its run; times are those of the wall clock, in ms. */
export type RunReport =
  | { readonly applied: readonly string[]; readonly doneAt: number }
  /** `UNTYPED` for an error that is none of the library's. */
  | { readonly code: string; readonly message: string; readonly doneAt: number };

export interface Ended {
  /** Undefined when it was killed, or broke. */
  readonly report: RunReport | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly endedAt: number;
}

/** A process that migrates with the built package, and waits for a word to begin. */
export class MigratingProcess {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private readonly ready: Promise<unknown>;
  private readonly waiting: Promise<unknown>;

  constructor(options: MigratorOptions) {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(options)], {
      cwd: repositoryRoot,
      env: childEnvironment(),
      stdio: 'pipe',
    });
    this.child = child;
    child.stdin.on('error', () => {}); // it may be gone before it hears the word
    let report: RunReport | undefined;
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const lines = createInterface({ input: child.stdout });
    const says = (text: string): Promise<unknown> =>
      new Promise((resolve) => lines.on('line', (line) => line === text && resolve(undefined)));
    const closed = once(child, 'close');
    this.ready = Promise.race([says('ready'), closed]);
    this.waiting = says('waiting-for-lock');
    lines.on('line', (line) => {
      if (line.startsWith('{')) report = JSON.parse(line) as RunReport;
    });
    const exited = once(child, 'exit').then(() => Date.now());
    this.ended = closed.then(async ([code, signal]) => ({
      report,
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stderr,
      endedAt: await exited,
    }));
  }

  /** Everything is loaded, and nothing is connected. */
  async isReady(): Promise<void> {
    await this.ready;
  }

  /** It found the migration lock taken. */
  async waitsForLock(): Promise<void> {
    await this.waiting;
  }

  begin(): void {
    this.child.stdin?.write('go\n');
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Stands still, its connections open, until it goes on. */
  stop(): void {
    this.child.kill('SIGSTOP');
  }

  goOn(): void {
    this.child.kill('SIGCONT');
  }

  /** @returns undefined when it did not end in time; then it is killed. */
  async endsWithin(ms: number): Promise<Ended | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
    const ended = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    if (ended) return ended;
    this.kill();
    await this.ended;
    return undefined;
  }
}

/** A process of its own for one run. @returns undefined when it did not end in time. */
export async function migrateInProcess(options: MigratorOptions, withinMs: number): Promise<Ended | undefined> {
  const migrating = new MigratingProcess(options);
  migrating.begin();
  return migrating.endsWithin(withinMs);
}
