import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment, repositoryRoot } from '../../test/support/programs/process.js';

const CHILD = fileURLToPath(new URL('monitor.child.mjs', import.meta.url));

/** What a monitor checks, and where it sends its alerts. */
export interface Monitored {
  readonly connectionString: string;
  readonly directory: string;
  readonly webhook: string;
}

/** An application that checks for drift when it is told to. */
export class MonitorProcess {
  private readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;
  private readonly said = new EventEmitter();
  private readonly ready: Promise<unknown>;
  private stderr = '';

  constructor({ connectionString, directory, webhook }: Monitored) {
    const child = spawn(process.execPath, [CHILD, connectionString, directory, webhook], {
      cwd: repositoryRoot,
      env: childEnvironment(),
      stdio: 'pipe',
    });
    this.child = child;
    child.stdin.on('error', () => {}); // it may have ended before it is told to check
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    createInterface({ input: child.stdout }).on('line', (line) => this.said.emit(line));
    this.ended = once(child, 'close');
    this.ready = this.hears('ready');
  }

  /** Waits until it has started and migrated what was pending. @throws Error if it ended instead */
  async isReady(): Promise<void> {
    await this.ready;
  }

  /** @throws Error if it ended meanwhile. */
  async check(): Promise<void> {
    const checked = this.hears('checked');
    this.child.stdin?.write('check\n');
    await checked;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private async hears(line: string): Promise<void> {
    const ended = this.ended.then(() => {
      throw new Error(`a monitor ended before it said "${line}": ${this.stderr}`);
    });
    const heard = once(this.said, line);
    ended.catch(() => {}); // it may end later
    await Promise.race([heard, ended]);
  }
}
