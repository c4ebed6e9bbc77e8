import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { retry } from '../../timing/retry.js';
import { type Account, serverAccount } from './account.js';
import { installedBinaries, hydrateSymlinks } from './binaries/installed-binaries.js';
import { prepareDataDirectory } from './data-directory.js';
import { freePort } from './free-port.js';
import { assertNotRunning, endLeftBehind } from './postmaster-pid.js';
import { Postmaster } from './postmaster.js';
import { ServerNotReady, waitUntilReady } from './readiness.js';
import { findRunnable } from './binaries/runnable-binaries.js';

/** How an embedded server is set up. */
export interface EmbeddedPostgresOptions {
  /** Created with `initdb` if it is empty or missing; reused otherwise. */
  dataDirectory: string;
  /** Default: any free port. */
  port?: number;
  /** Server settings, as in postgresql.conf. They override the launcher's own, except for `port`. */
  settings?: Record<string, string>;
  /** Where the binaries are. Default: those of the project. */
  nativeDirectory?: string;
  /** Password of the role `postgres`, set when the data directory is created. Default: no password is required. */
  password?: string;
  /**
   * Remove the data directory when our process dies without having called `remove()`. Default: false. The directory above
   * must be one from which the account of the server may remove it, such as /tmp.
   */
  removeWhenParentDies?: boolean;
  /** Receives every line that the server writes. */
  log?: (line: string) => void;
}

/** A PostgreSQL server that listens on 127.0.0.1 and does not outlive our process. The superuser is `postgres`. */
export interface EmbeddedServer {
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  /** Process id of the current or last run. */
  readonly pid: number;
  connectionString(database?: string): string;
  /** Default `fast`. Does nothing when the server is not running. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Runs the server again, on the same port, after it was stopped, killed, or crashed. */
  start(): Promise<void>;
  /** Stops the server at once and removes its data directory. */
  remove(): Promise<void>;
}

const HOST = '127.0.0.1';
/** How many times to try another port if another process takes the free one. */
const PORT_ATTEMPTS = 5;
/** Sessions of a killed server hold its shared memory until they notice. Where we cannot end them, that takes a while. */
const MEMORY_PATIENCE_MS = 30_000;

/**
 * @throws Error when there are no binaries for this platform, the data directory is unusable or in use; `ServerNotReady`
 *   with the server's last lines of output when it does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedServer> {
  const dataDirectory = resolve(options.dataDirectory);
  const installed = resolve(options.nativeDirectory ?? installedBinaries());
  const account = await serverAccount();
  await hydrateSymlinks(installed);
  const nativeDirectory = await findRunnable(installed, account);
  await prepareDataDirectory({ dataDirectory, nativeDirectory, account, password: options.password });

  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const server = new Server({ ...options, dataDirectory, nativeDirectory, account, port });
    try {
      await server.start();
      return server;
    } catch (error) {
      const lostPort = error instanceof ServerNotReady && /could not bind/.test(error.log);
      if (!lostPort || options.port !== undefined || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

interface Resolved extends EmbeddedPostgresOptions {
  nativeDirectory: string;
  account: Account | undefined;
  port: number;
}

class Server implements EmbeddedServer {
  readonly host = HOST;
  readonly port: number;
  readonly dataDirectory: string;
  readonly #options: Resolved;
  #postmaster: Postmaster | undefined;

  constructor(options: Resolved) {
    this.#options = options;
    this.port = options.port;
    this.dataDirectory = options.dataDirectory;
  }

  get pid(): number {
    return this.#postmaster?.pid ?? 0;
  }

  connectionString(database = 'postgres'): string {
    const { password } = this.#options;
    const user = password === undefined ? 'postgres' : `postgres:${encodeURIComponent(password)}`;
    return `postgresql://${user}@${this.host}:${this.port}/${encodeURIComponent(database)}`;
  }

  async start(): Promise<void> {
    await retry(() => this.#startOrEndOthers(), {
      firstPauseMs: 100,
      longestPauseMs: 100,
      forMs: MEMORY_PATIENCE_MS,
      isTransient: isMemoryHeld,
    });
  }

  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#postmaster?.stop(mode);
  }

  async kill(): Promise<void> {
    await this.#postmaster?.kill();
  }

  async remove(): Promise<void> {
    await this.stop('immediate');
    // Sessions of a killed server may still be writing.
    await rm(this.dataDirectory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  async #startOrEndOthers(): Promise<void> {
    try {
      await this.#startOnce();
    } catch (error) {
      if (isMemoryHeld(error)) await endLeftBehind(this.dataDirectory);
      throw error;
    }
  }

  async #startOnce(): Promise<void> {
    await assertNotRunning(this.dataDirectory);
    const postmaster = new Postmaster({
      nativeDirectory: this.#options.nativeDirectory,
      dataDirectory: this.dataDirectory,
      account: this.#options.account,
      removeWhenParentDies: this.#options.removeWhenParentDies ?? false,
      log: this.#options.log ?? (() => {}),
      settings: {
        listen_addresses: HOST,
        unix_socket_directories: '',
        ...this.#options.settings,
        port: String(this.port),
      },
    });
    this.#postmaster = postmaster;
    try {
      await waitUntilReady(postmaster, this.dataDirectory, this.connectionString());
    } catch (error) {
      await postmaster.stop('immediate');
      throw error;
    }
  }
}

/** True if processes of a killed server still use its memory. */
function isMemoryHeld(error: unknown): boolean {
  return error instanceof ServerNotReady && /shared memory block .* is still in use/.test(error.log);
}
