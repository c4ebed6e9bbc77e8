import type { ClientBase } from 'pg';
import { DatabaseConnectionError } from '../../core/errors/errors.js';
import { BACKEND_SQL, backendOf, noteBackend } from '../connection/backend.js';
import type { Lease } from '../connection/connection.js';
import { holdsLockCondition, holdsLockSql, tryLock, unlock } from './lock.js';
import { awaitedText, runScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';

/** Which lock to take: `auto` takes the one of a session, or behind a pooler the one of a transaction. */
export type LockKind = 'auto' | 'session' | 'transaction' | 'off';

/** Who holds the migration lock, and how. Always tried, never waited for: callers poll. */
export interface MigrationLock {
  /** Tries once. A lock that is held already stays held. */
  tryTake(): Promise<boolean>;
  /**
   * SQL for the migrating connection that tells whether it still holds the lock; undefined when another connection
   * does.
   */
  readonly checkSql: string | undefined;
  /** False when nothing keeps another process from migrating at the same time. */
  readonly exclusive: boolean;
  /** The backend that holds it, as far as that is known. */
  readonly backend: string | undefined;
  /** @throws DatabaseConnectionError when the connection that holds the lock is gone: then nothing more may be sent. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

/**
 * The lock of a session, on the very connection that migrates. Waiting for it inside the server would hold a snapshot,
 * and a concurrent index build by the holder would wait for that snapshot: a deadlock.
 */
export class SessionLock implements MigrationLock {
  readonly exclusive = true;
  readonly checkSql: string;
  private held = false;

  constructor(
    private readonly client: ClientBase,
    private readonly key: bigint,
  ) {
    this.checkSql = holdsLockSql(key);
  }

  get backend(): string | undefined {
    return this.held ? backendOf(this.client)?.name : undefined;
  }

  async tryTake(): Promise<boolean> {
    this.held = await tryLock(this.client, this.key);
    return this.held;
  }

  /** The migrating connection is the one that holds it. */
  assertHeld(): Promise<void> {
    return Promise.resolve();
  }

  async release(): Promise<void> {
    if (!this.held) return;
    this.held = false;
    await unlock(this.client, this.key).catch(() => {});
  }
}

const HEARTBEAT_MS = 5_000;
/** It takes no snapshot, for which a concurrent index build would wait until the end of the transaction. */
const SIGN_OF_LIFE = 'SHOW transaction_isolation';

/**
 * The lock of a transaction on a second connection, for poolers that hand out a server connection for each transaction:
 * there a session's lock is none. The open transaction pins its server connection. It does not hold up a concurrent
 * index build, as long as it is READ COMMITTED and its last statement was text without parameters.
 */
export class PinnedLock implements MigrationLock {
  readonly exclusive = true;
  readonly checkSql = undefined;
  private lease: Lease | undefined;
  private lost = false;
  private held = false;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly openConnection: () => Promise<Lease>,
    private readonly key: bigint,
    private readonly settings: readonly string[],
  ) {}

  get backend(): string | undefined {
    return this.held && this.lease ? backendOf(this.lease.client)?.name : undefined;
  }

  async tryTake(): Promise<boolean> {
    if (this.held) return true;
    this.lease ??= await this.open();
    const statements = [
      'BEGIN ISOLATION LEVEL READ COMMITTED',
      ...this.settings,
      `SELECT CASE WHEN pg_catalog.pg_try_advisory_xact_lock(${this.key}) THEN coalesce(${BACKEND_SQL}, '') END`,
    ];
    const { error, lastValue } = await runScript(this.lease.client, statements.join('; '));
    if (error) throw queryError('taking the migration lock', error);
    this.held = lastValue !== undefined;
    if (lastValue) noteBackend(this.lease.client, lastValue, holdsLockCondition('a.pid', this.key));
    if (!this.held) await runScript(this.lease.client, 'ROLLBACK');
    else this.keepBusy(this.lease.client);
    return this.held;
  }

  /** A pooler may end a transaction in which nothing happens for a while, and a file may take hours. */
  private keepBusy(client: ClientBase): void {
    this.heartbeat = setInterval(() => {
      if (awaitedText(client) === undefined) void runScript(client, SIGN_OF_LIFE);
    }, HEARTBEAT_MS).unref();
  }

  /** Asks, because a connection may be gone without a sign of it. */
  async assertHeld(): Promise<void> {
    const { lease } = this;
    if (lease && !this.lost && (await runScript(lease.client, 'SELECT 1')).error === undefined) return;
    throw new DatabaseConnectionError(
      'CONNECTION_LOST',
      'The connection that holds the migration lock was lost, so nothing more was sent. Start again.',
    );
  }

  async release(): Promise<void> {
    const { lease, held } = this;
    clearInterval(this.heartbeat);
    this.lease = undefined;
    this.held = false;
    // An answer is awaited: a pooler behind a dead line would keep the transaction, and the lock, without a sign.
    if (lease && held) await runScript(lease.client, 'ROLLBACK');
    await lease?.release(true);
  }

  private async open(): Promise<Lease> {
    const lease = await this.openConnection();
    lease.client.once('end', () => {
      this.lost = this.lease === lease;
      clearInterval(this.heartbeat);
    });
    return lease;
  }
}

/** No lock: the claims alone keep a transactional migration from running twice. */
export class NoLock implements MigrationLock {
  readonly exclusive = false;
  readonly checkSql = undefined;
  readonly backend = undefined;
  tryTake(): Promise<boolean> {
    return Promise.resolve(true);
  }
  assertHeld(): Promise<void> {
    return Promise.resolve();
  }
  release(): Promise<void> {
    return Promise.resolve();
  }
}
