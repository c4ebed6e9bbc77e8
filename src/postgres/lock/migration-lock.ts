import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import { BACKEND_SQL } from '../connection/backend.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { holdsLockCondition, holdsLockSql, tryLock, unlock, type TurnKeys } from './lock.js';
import { queryError } from '../connection/server-error.js';
import { PinnedTurn, SessionTurn, type Turn } from './turn.js';

/** Which lock to take. `auto`: a transaction lock behind a pooler, otherwise a session lock. */
export type LockKind = 'auto' | 'session' | 'transaction' | 'off';

/** A way of holding the migration lock. It never waits for the lock: callers poll. */
export interface HeldLock {
  /** Tries once. A lock that is already held stays held. @throws MigrationError */
  tryTake(): Promise<boolean>;
  /** SQL that checks whether the migrating connection still holds the lock; undefined if another one holds it. */
  readonly checkSql: string | undefined;
  /** The name of the backend that holds the lock, if known. */
  readonly backend: string | undefined;
  /**
   * Only if another connection holds the lock.
   *
   * @throws DatabaseConnectionError if that connection is lost: then nothing more may be sent.
   */
  assertHeld?(): Promise<void>;
  /** Tries once to take another lock, until this one is released. @param key as SQL @throws MigrationError */
  tryTakeAlso(key: string): Promise<boolean>;
  /** A turn that the same connection takes. Undefined while the lock is not held. */
  turn(keys: TurnKeys): Turn | undefined;
  release(): Promise<void>;
}

/** A session lock on the connection that migrates. */
export class SessionLock implements HeldLock {
  readonly checkSql: string;
  private readonly others: string[] = [];

  /** @param held true if already taken. @param pooled true if the session may outlive our connection. */
  constructor(
    private readonly connection: PgConnection,
    private readonly key: bigint,
    private held: boolean,
    private readonly pooled: boolean,
  ) {
    this.checkSql = holdsLockSql(key);
  }

  get backend(): string | undefined {
    return this.held ? this.connection.backend?.name : undefined;
  }

  async tryTake(): Promise<boolean> {
    this.held = await tryLock(this.connection, this.key);
    return this.held;
  }

  async tryTakeAlso(key: string): Promise<boolean> {
    const taken = await tryLock(this.connection, key);
    if (taken) this.others.push(key);
    return taken;
  }

  turn(keys: TurnKeys): Turn {
    return new SessionTurn(this.connection, keys);
  }

  /** Ending the session releases the lock. */
  async release(): Promise<void> {
    const endsWithConnection = this.connection.isClosedOnRelease && !this.pooled;
    if (this.held && !endsWithConnection) await unlock(this.connection, this.key, ...this.others.splice(0));
    this.held = false;
  }
}

const HEARTBEAT_MS = 5_000;
/** Takes no snapshot: a concurrent index build would wait for it until the transaction ends. */
const HEARTBEAT_SQL = 'SHOW transaction_isolation';

/**
 * A transaction lock on a second connection. Behind a transaction-mode pooler a session lock protects nothing; an open
 * transaction pins its server connection. It does not block a concurrent index build as long as it is READ COMMITTED
 * and its last statement used the simple protocol, without parameters.
 */
export class PinnedLock implements HeldLock {
  readonly checkSql = undefined;
  private connection: PgConnection | undefined;
  private lost = false;
  private held = false;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly openConnection: () => Promise<PgConnection>,
    private readonly key: bigint,
    private readonly settings: readonly string[],
  ) {}

  get backend(): string | undefined {
    return this.held ? this.connection?.backend?.name : undefined;
  }

  async tryTake(): Promise<boolean> {
    if (this.held) return true;
    this.connection ??= await this.open();
    const { connection } = this;
    const statements = [
      'BEGIN ISOLATION LEVEL READ COMMITTED',
      ...this.settings,
      `SELECT CASE WHEN pg_catalog.pg_try_advisory_xact_lock(${this.key}) THEN coalesce(${BACKEND_SQL}, '') END`,
    ];
    const { error, lastValue } = await connection.run(statements.join('; '));
    if (error) throw queryError('taking the migration lock', error);
    this.held = lastValue !== undefined;
    if (lastValue) connection.backend = { name: lastValue, condition: holdsLockCondition('a.pid', this.key) };
    if (!this.held) await connection.run('ROLLBACK');
    else this.startHeartbeat(connection);
    return this.held;
  }

  /** A pooler may end an idle transaction, and a file may take hours. */
  private startHeartbeat(connection: PgConnection): void {
    this.heartbeat = setInterval(() => {
      if (connection.sending === undefined) void connection.run(HEARTBEAT_SQL);
    }, HEARTBEAT_MS).unref();
  }

  /** Sends a query, because a lost connection may raise no error. */
  async assertHeld(): Promise<void> {
    const { connection } = this;
    if (connection && !this.lost && (await connection.run('SELECT 1')).error === undefined) return;
    throw new DatabaseConnectionError(
      'CONNECTION_LOST',
      'The connection that holds the migration lock was lost, so nothing more was sent. Start again.',
    );
  }

  async tryTakeAlso(key: string): Promise<boolean> {
    const taking = this.connection?.run(`SELECT pg_catalog.pg_try_advisory_xact_lock(${key})`);
    const { error, lastValue } = (await taking) ?? {};
    if (error) throw queryError('taking the migration lock', error);
    return lastValue === 't';
  }

  turn(keys: TurnKeys): Turn | undefined {
    return this.connection && this.held ? new PinnedTurn(this.connection, keys) : undefined;
  }

  async release(): Promise<void> {
    const { connection, held } = this;
    clearInterval(this.heartbeat);
    this.connection = undefined;
    this.held = false;
    // Wait for the reply: on a stalled connection the pooler would keep the transaction, and with it the lock.
    if (held) await connection?.run('ROLLBACK');
    await connection?.release();
  }

  private async open(): Promise<PgConnection> {
    const connection = await this.openConnection();
    connection.onEnd(() => {
      this.lost = this.connection === connection;
      clearInterval(this.heartbeat);
    });
    return connection;
  }
}
