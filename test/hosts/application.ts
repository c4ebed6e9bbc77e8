import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** What an application reports about itself. */
export interface Report {
  readonly applied: readonly string[];
  readonly jobs: readonly string[];
  readonly ticks: number;
  readonly seconds: number;
}

const PATIENCE_MS = 60_000;

/** An application that runs in a process of its own. */
export class Application {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
  }

  /** Starts it and waits until it listens. @throws Error with its output if it does not. */
  static async start(node: string, folder: string, env: NodeJS.ProcessEnv): Promise<Application> {
    const application = new Application(spawn(node, ['dist/main.js'], { cwd: folder, env }));
    await application.until(() => application.url !== undefined);
    return application;
  }

  async get(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`${this.url}${path}`);
    return { status: response.status, body: await response.json() };
  }

  /** Its report once its own job has had several turns. */
  async report(): Promise<Report> {
    let report = (await this.get('/report')).body as Report;
    await this.until(async () => {
      report = (await this.get('/report')).body as Report;
      return report.ticks >= 2;
    });
    return report;
  }

  /** Asks it to end, and returns how it did, with its output. */
  async stop(): Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }> {
    const ended = once(this.child, 'close') as Promise<[number | null, string | null]>;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    const [code, signal] = await ended;
    clearTimeout(timer);
    return { code, signal, output: this.output };
  }

  private get url(): string | undefined {
    return /listening on (\S+)/.exec(this.output)?.[1];
  }

  private async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; !(await isSo()); await sleep(100)) {
      const hasEnded = this.child.exitCode !== null || this.child.signalCode !== null;
      if (!hasEnded && Date.now() < deadline) continue;
      this.child.kill('SIGKILL');
      throw new Error(`the application does not answer:\n${this.output}`);
    }
  }
}
