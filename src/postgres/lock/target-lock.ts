import { LockLostError, type LockHolder } from '../../core/errors/lock-errors.js';
import type { MigrationLock } from '../../core/ports/ports.js';
import { displayName } from '../../core/target/table.js';
import { endStranded } from '../connection/backend.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { pinnedSettings } from '../connection/reset.js';
import { readOnlyError } from '../connection/server-error.js';
import type { ServerFacts, SessionFacts } from '../connection/server-facts.js';
import {
  endLockHolder,
  holdsLockCondition,
  lockKey,
  lockKeySql,
  readLockHolder,
  triedLock,
  tryLockSql,
  turnKeys,
  unlock,
  type LockPlace,
  type TriedLock,
} from './lock.js';
import { PinnedLock, SessionLock, type HeldLock, type LockKind } from './migration-lock.js';
import type { Turn } from './turn.js';

interface Attempt {
  readonly taken: boolean;
  /** Whether the complete attempt was sent at once, before anything was awaited. */
  readonly wasSentAtOnce: boolean;
}

interface AttemptAndRead<T> {
  readonly taken: boolean;
  /** What was read after the attempt. */
  readonly read: T;
}

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
    private readonly table: LockPlace,
    private readonly kind: LockKind,
    private readonly facts: SessionFacts,
    private readonly openConnection: () => Promise<PgConnection>,
  ) {
    this.exclusive = kind !== 'off';
  }

  async tryTake(): Promise<boolean> {
    return (await this.attempt()).taken;
  }

  async tryTakeAndRead<T>(read: () => Promise<T>): Promise<AttemptAndRead<T>> {
    return this.thenRead(this.attempt(), read);
  }

  /**
   * Tries once to take another lock, until this one is released, and reads the state after the attempt. It counts as taken
   * if the lock is off. Call it while the lock is held.
   */
  async tryTakeAlsoAndRead<T>(place: LockPlace, read: () => Promise<T>): Promise<AttemptAndRead<T>> {
    return this.thenRead(this.attemptAlso(place), read);
  }

  async holder(): Promise<LockHolder | undefined> {
    return readLockHolder(this.connection, await this.key());
  }

  async endHolder({ pid }: LockHolder): Promise<void> {
    await endLockHolder(this.connection, await this.key(), pid);
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

  /** The turn to run a non-transactional migration in this database; undefined without a lock. */
  async turn(): Promise<Turn | undefined> {
    return this.held?.turn(turnKeys((await this.facts.get()).database));
  }

  async release(): Promise<void> {
    await this.held?.release();
  }

  private async key(): Promise<bigint> {
    return lockKey((await this.facts.get()).database, this.table);
  }

  /** False if an attempt begins with anything other than a message on the migrating connection. */
  private get isSentAtOnce(): boolean {
    return this.held ? this.held.checkSql !== undefined : this.kind !== 'transaction';
  }

  private async thenRead<T>(attempt: Promise<Attempt>, read: () => Promise<T>): Promise<AttemptAndRead<T>> {
    // Messages of one turn keep their order, so this reads the state after the attempt.
    const early = this.isSentAtOnce ? read() : undefined;
    early?.catch(() => {}); // the lock may have been taken anyway, so await the attempt first
    const { taken, wasSentAtOnce } = await attempt;
    return { taken, read: await (early && wasSentAtOnce ? early : read()) };
  }

  private async attemptAlso(place: LockPlace): Promise<Attempt> {
    const wasSentAtOnce = this.isSentAtOnce;
    return { taken: (await this.held?.tryTakeAlso(lockKeySql(place))) ?? true, wasSentAtOnce };
  }

  private async attempt(): Promise<Attempt> {
    if (this.held) return { taken: await this.held.tryTake(), wasSentAtOnce: this.isSentAtOnce };
    const { facts, tried } = await this.readFactsAndTry();
    // Whatever fails from here on, we know that the lock is held, so it is released.
    if (this.exclusive) this.held = this.createLock(facts, tried?.taken ?? false);
    await this.facts.get();
    if (facts.standby) throw readOnlyError('standby');
    if (!this.held) return { taken: true, wasSentAtOnce: true };
    if (tried) return { taken: tried.taken, wasSentAtOnce: true };
    return { taken: await this.held.tryTake(), wasSentAtOnce: false };
  }

  /** Reads the facts that determine which lock to take, and tries the usual one in the same round trip. */
  private async readFactsAndTry(): Promise<{ readonly facts: ServerFacts; readonly tried: TriedLock | undefined }> {
    const { connection, kind, table } = this;
    if (kind === 'off' || kind === 'transaction') return { facts: await this.facts.get(), tried: undefined };
    connection.markDirty();
    const processId = kind === 'auto' ? connection.processId : undefined;
    const { facts, value } = await this.facts.getWith(tryLockSql(table, processId));
    const tried = triedLock(value);
    if (!tried || tried.key === lockKey(facts.database, table)) return { facts, tried };
    // The database name is not valid in its encoding: use the key that all other processes use.
    if (tried.taken) await unlock(connection, tried.key);
    return { facts, tried: undefined };
  }

  /** Behind a pooler a session lock protects nothing: two clients can get it, and it outlives both. */
  private createLock({ database, version, pooled }: ServerFacts, isTaken: boolean): HeldLock {
    const key = lockKey(database, this.table);
    return this.kind === 'transaction' || (this.kind === 'auto' && pooled)
      ? new PinnedLock(this.openConnection, key, pinnedSettings(version))
      : new SessionLock(this.connection, key, isTaken, pooled);
  }
}
