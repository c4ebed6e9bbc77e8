import { LockLostError, type LockHolder } from '../../core/errors/lock-errors.js';
import type { MigrationLock } from '../../core/ports/ports.js';
import { displayName, type TableName } from '../../core/target/table.js';
import { endStranded } from '../connection/backend.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { pinnedSettings } from '../connection/reset.js';
import { readOnlyError } from '../connection/server-error.js';
import type { ServerFacts } from '../connection/server-facts.js';
import { holdsLockCondition, lockKey, readLockHolder } from './lock.js';
import { PinnedLock, SessionLock, type HeldLock, type LockKind } from './migration-lock.js';

/**
 * The migration lock of one target, of a kind that works on its connection. If it is off, only the claims keep a
 * transactional migration from running twice.
 */
export class TargetLock implements MigrationLock {
  /** False if another process could migrate at the same time. */
  readonly exclusive: boolean;
  private held: HeldLock | undefined;

  constructor(
    private readonly connection: PgConnection,
    private readonly table: TableName,
    private readonly kind: LockKind,
    private readonly facts: () => Promise<ServerFacts>,
    private readonly openConnection: () => Promise<PgConnection>,
  ) {
    this.exclusive = kind !== 'off';
  }

  async tryTake(): Promise<boolean> {
    const facts = await this.facts();
    if (facts.standby) throw readOnlyError('standby');
    if (!this.exclusive) return true;
    this.held ??= this.createLock(facts);
    return this.held.tryTake();
  }

  async holder(): Promise<LockHolder | undefined> {
    return readLockHolder(this.connection, await this.key());
  }

  get backend(): string | undefined {
    return this.held?.backend;
  }

  /** SQL that checks whether the migrating session holds the lock; undefined if another connection holds it. */
  get checkSql(): string | undefined {
    return this.held?.checkSql;
  }

  async endStranded(backend: string): Promise<void> {
    const condition = holdsLockCondition('a.pid', await this.key());
    await endStranded(this.connection, { name: backend, condition });
  }

  /** @throws DatabaseConnectionError if another connection held the lock and is lost. */
  async assertHeld(): Promise<void> {
    await this.held?.assertHeld?.();
  }

  /** Takes the lock again after a migration released it. @throws LockLostError if another process has taken it. */
  async retake(): Promise<void> {
    if (!(await this.tryTake())) throw new LockLostError(displayName(this.table));
  }

  async release(): Promise<void> {
    await this.held?.release();
  }

  private async key(): Promise<bigint> {
    return lockKey((await this.facts()).database, this.table);
  }

  /** Behind a pooler a session lock protects nothing: two clients can get it, and it outlives both. */
  private createLock({ database, version, pooled }: ServerFacts): HeldLock {
    const key = lockKey(database, this.table);
    return this.kind === 'transaction' || (this.kind === 'auto' && pooled)
      ? new PinnedLock(this.openConnection, key, pinnedSettings(version))
      : new SessionLock(this.connection, key);
  }
}
