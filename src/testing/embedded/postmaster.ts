import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { withTimeout } from '../../timing/timeout.js';
import type { Account } from './account.js';
import { withDirectoryHandle } from './directory-handle.js';

/**
 * Forks a watchdog and becomes the server, so that there is no moment at which the server runs unwatched. The watchdog
 * reads from a pipe (3) whose other end only our process holds: a line means that the server has ended, end of file without
 * one means that our process is gone, however it died. $1 is a directory to remove in that case, or empty.
 */
const WATCHED = `
(
  read -r _ <&3 && exit
  kill -QUIT $$
  [ -z "$1" ] && exit
  # The lock file goes last. A dead process that nobody reaps still answers to kill, so alone it would not do.
  n=0
  while kill -0 $$ && [ -e "$1/postmaster.pid" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
  cd / && rm -rf "$1"
) >/dev/null 2>&1 &
shift
exec 3<&-
exec "$@"
`;

const LOG_LINES_KEPT = 30;
const STOP_PATIENCE_MS = 10_000;

/** How the server process is started. */
export interface PostmasterOptions {
  nativeDirectory: string;
  dataDirectory: string;
  account: Account | undefined;
  settings: Record<string, string>;
  removeWhenParentDies: boolean;
  log: (line: string) => void;
}

/** One run of the server process. It never keeps our process alive, except while it is being stopped. */
export class Postmaster {
  readonly #child: ChildProcess;
  readonly #options: PostmasterOptions;
  readonly #lines: string[] = [];
  readonly #ended: Promise<unknown>;

  constructor(options: PostmasterOptions) {
    this.#options = options;
    this.#child = launch(options);
    // A failed spawn reports `error` and never `exit`.
    this.#ended = Promise.race([once(this.#child, 'exit'), once(this.#child, 'close')]).catch((error: unknown) => {
      this.#remember(String(error));
    });
    // Not its stdin: Node closes it before it emits the exit, which the watchdog would mistake for our death.
    const watchdog = this.#child.stdio[3];
    if (watchdog instanceof Writable) {
      watchdog.on('error', () => {});
      this.#child.once('exit', () => watchdog.end('ended\n'));
    }
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      if (output) createInterface({ input: output }).on('line', (line) => this.#remember(line));
    }
    this.#keepParentAlive(false);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last lines that the server wrote. */
  get lastLines(): string {
    return this.#lines.join('\n');
  }

  /** `fast` ends the sessions and writes everything to disk; `immediate` leaves recovery to the next start. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    await this.#end(async () => {
      if (process.platform === 'win32') return stopOnWindows(this.#options, mode);
      this.#child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await withTimeout(this.#ended, STOP_PATIENCE_MS, () => undefined);
      if (this.running) this.#child.kill('SIGQUIT');
    });
  }

  /** Kills it like a crash of the machine. Its sessions notice a moment later. */
  async kill(): Promise<void> {
    await this.#end(async () => void this.#child.kill('SIGKILL'));
  }

  async #end(signal: () => Promise<void>): Promise<void> {
    if (!this.running) return;
    this.#keepParentAlive(true);
    await signal();
    await this.#ended;
  }

  #keepParentAlive(alive: boolean): void {
    for (const handle of [this.#child, ...this.#child.stdio] as (Partial<Refable> | null)[]) {
      if (alive) handle?.ref?.();
      else handle?.unref?.();
    }
  }

  #remember(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LOG_LINES_KEPT) this.#lines.shift();
    this.#options.log(line);
  }
}

/** Pipes of a child process are sockets, which their types do not show. */
interface Refable {
  ref(): void;
  unref(): void;
}

function launch({ account, dataDirectory, ...options }: PostmasterOptions): ChildProcess {
  const server = join(options.nativeDirectory, 'bin', 'postgres');
  const settings = Object.entries(options.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const env = { ...process.env, LC_ALL: 'C' };
  if (process.platform === 'win32') {
    return spawn(server, ['-D', dataDirectory, ...settings], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }
  const remove = options.removeWhenParentDies ? dataDirectory : '';
  return withDirectoryHandle(dataDirectory, account, (path, handle) =>
    spawn('/bin/sh', ['-c', WATCHED, 'postgres-watchdog', remove, server, '-D', path, ...settings], {
      ...account,
      env,
      cwd: '/',
      // Ctrl+C in a terminal reaches the whole process group; our process decides when the server stops.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', handle],
    }),
  );
}

async function stopOnWindows({ nativeDirectory, dataDirectory }: PostmasterOptions, mode: string): Promise<void> {
  await promisify(execFile)(join(nativeDirectory, 'bin', 'pg_ctl'), ['stop', '-D', dataDirectory, '-m', mode]);
}
