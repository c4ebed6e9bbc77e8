import pg from 'pg';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import { pause } from '../../timing/pause.js';
import { errorCode } from './error-code.js';
import { readLockFile } from './postmaster-pid.js';
import type { Postmaster } from './postmaster.js';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 20;
/** Not listening yet; still starting up or in recovery. */
const NOT_YET = new Set<string>(['ECONNREFUSED', 'ECONNRESET', SQLSTATE.cannotConnectNow]);

/** The server ended, or never became ready. The message shows its last lines of output. */
export class ServerNotReady extends Error {
  constructor(
    reason: string,
    readonly log: string,
    options?: ErrorOptions,
  ) {
    super(`PostgreSQL ${reason}. It wrote:\n${log || '(nothing)'}`, options);
    this.name = 'ServerNotReady';
  }
}

/** @throws ServerNotReady when the server ends, does not accept a connection within 30 seconds, or refuses ours */
export async function waitUntilReady(
  postmaster: Postmaster,
  dataDirectory: string,
  connectionString: string,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if (!postmaster.running) {
      // The pipes deliver the last lines only after the exit.
      await pause(PAUSE_MS);
      throw new ServerNotReady('ended while starting', postmaster.lastLines);
    }
    // Connecting alone proves nothing: another server may respond on the port that ours is about to fail to bind.
    const lock = await readLockFile(dataDirectory);
    if (lock?.pid === postmaster.pid && lock.ready && (await accepts(connectionString, postmaster))) return;
    await pause(PAUSE_MS);
  }
  throw new ServerNotReady(`was not ready after ${PATIENCE_MS / 1000} s`, postmaster.lastLines);
}

async function accepts(connectionString: string, postmaster: Postmaster): Promise<boolean> {
  const client = new pg.Client({ connectionString, ssl: false, connectionTimeoutMillis: PATIENCE_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (NOT_YET.has(errorCode(error) ?? '') || !postmaster.running) return false;
    throw new ServerNotReady(`refused the connection (${String(error)})`, postmaster.lastLines, { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}
