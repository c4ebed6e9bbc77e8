import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FleetOptions, RolloutReport, TenantResult } from '../../src/migrator.js';
import { childEnvironment, repositoryRoot } from '../../test/support/programs/process.js';

/** What a process is asked to do. */
export interface Errand {
  /** To migrate all tenants once, or to work for the rollouts of other processes until SIGTERM. */
  readonly errand: 'migrate' | 'work';
  readonly isOverPgBoss: boolean;
  readonly options: FleetOptions;
}

const CHILD = fileURLToPath(new URL('rollout.child.mjs', import.meta.url));

/** What a process said about a tenant. */
export interface SaidResult extends Pick<TenantResult, 'tenant' | 'outcome' | 'applied' | 'runId'> {
  /** Of the error; undefined for an error that is not the library's, or none. */
  readonly code?: string;
  readonly message?: string;
}

/** What a process said about its rollout. */
export interface SaidReport extends Pick<RolloutReport, 'counts'> {
  readonly tenants: readonly SaidResult[];
  readonly stoppedBy?: string;
}

type Line =
  | { readonly type: 'ready' | 'run-ended' | 'worked' }
  | { readonly type: 'run-started'; readonly runId: string }
  | { readonly type: 'report'; readonly report: SaidReport }
  | { readonly type: 'not-begun'; readonly code: string };

/** How a rollout ended. With neither a report nor a code, the process died. */
export interface RolloutEnd {
  readonly report: SaidReport | undefined;
  /** Of the error because of which the rollout could not begin. */
  readonly notBegun: string | undefined;
  /** The IDs of all runs that it began. */
  readonly runIds: readonly string[];
  /** How many of them had not ended. */
  readonly cut: number;
  readonly isKilled: boolean;
  /** `SIGKILL` or `exit code 13`. */
  readonly exit: string;
  readonly stderr: string;
}

/** A process that runs one errand. */
export class RolloutProcess {
  private readonly said = new EventEmitter();
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly ready: Promise<unknown>;
  private report: SaidReport | undefined;
  private notBegun: string | undefined;
  private runsEnded = 0;
  private stderr = '';
  private readonly runIds: string[] = [];

  constructor(private readonly errand: Errand) {
    const child = spawn(process.execPath, [CHILD], { cwd: repositoryRoot, env: childEnvironment(), stdio: 'pipe' });
    this.child = child;
    child.stdin.on('error', () => {}); // it may be gone before it is told
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    createInterface({ input: child.stdout }).on('line', (line) => this.hear(JSON.parse(line) as Line));
    this.ended = once(child, 'close');
    this.ready = Promise.race([once(this.said, 'ready'), this.ended]);
  }

  /** Begins once everything is loaded. @returns how it ended. */
  async run(): Promise<RolloutEnd> {
    await this.ready;
    this.child.stdin?.write(`${JSON.stringify(this.errand)}\n`);
    await this.ended;
    const { report, notBegun, runIds, stderr } = this;
    const cut = runIds.length - this.runsEnded;
    const { exitCode, signalCode } = this.child;
    const exit = signalCode ?? `exit code ${exitCode}`;
    return { report, notBegun, runIds, cut, isKilled: signalCode === 'SIGKILL', exit, stderr };
  }

  /** Calls a function for each run of a tenant that begins, with the number of runs so far. */
  onRun(listener: (runs: number) => void): void {
    this.said.on('run-started', () => listener(this.runIds.length));
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  private hear(line: Line): void {
    if (line.type === 'report') this.report = line.report;
    if (line.type === 'not-begun') this.notBegun = line.code;
    if (line.type === 'run-started') this.runIds.push(line.runId);
    if (line.type === 'run-ended') this.runsEnded += 1;
    this.said.emit(line.type);
  }
}
