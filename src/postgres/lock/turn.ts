import type { LockHolder } from '../../core/errors/lock-errors.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { queryError } from '../connection/server-error.js';
import { readLockHolder, type TurnKeys } from './lock.js';

/** How non-transactional migrations take turns. */
export interface TurnSettings {
  /** Runs work after all earlier work of this process. */
  readonly inLine: <T>(work: () => Promise<T>) => Promise<T>;
  /** How long to wait while one other process has the turn, in ms. */
  readonly timeoutMs: number;
}

/**
 * The turn to run a non-transactional migration, of which there is one in each database. It never waits for the turn:
 * callers poll, because waiting in the server would hold a snapshot, for which a concurrent index build waits.
 */
export interface Turn {
  /** Tries once. @throws MigrationError */
  tryTake(): Promise<boolean>;
  /** Who has the turn, if that can be seen. @throws MigrationError */
  holder(): Promise<LockHolder | undefined>;
  /** Gives up the turn, or stops waiting for it. Never rejects. */
  release(): Promise<void>;
}

const DOING = 'waiting for the turn to run a non-transactional migration';

/** A session lock on the connection that migrates. */
export class SessionTurn implements Turn {
  private isNext = false;
  private held = false;

  constructor(
    private readonly connection: PgConnection,
    private readonly keys: TurnKeys,
  ) {}

  /** One statement takes the turn and lets the next process wait. A session lock counts how often it was taken. */
  async tryTake(): Promise<boolean> {
    const { turn, next } = this.keys;
    const take = `CASE WHEN pg_catalog.pg_try_advisory_lock(${turn}) THEN pg_catalog.pg_advisory_unlock(${next}) ELSE false END`;
    const queued = this.isNext ? take : `CASE WHEN pg_catalog.pg_try_advisory_lock(${next}) THEN ${take} END`;
    const { error, lastValue } = await this.connection.run(`SELECT ${queued}`);
    if (error) throw queryError(DOING, error);
    this.held = lastValue === 't';
    this.isNext = lastValue === 'f';
    return this.held;
  }

  holder(): Promise<LockHolder | undefined> {
    return readLockHolder(this.connection, this.keys.turn);
  }

  async release(): Promise<void> {
    const { held, isNext, connection, keys } = this;
    this.held = false;
    this.isNext = false;
    if (held || isNext)
      await connection.record(`SELECT pg_catalog.pg_advisory_unlock(${held ? keys.turn : keys.next})`);
  }
}

const SAVEPOINT = 'nestjs_pg_migrations_turn';

/**
 * The same in the transaction that holds the migration lock behind a pooler. Rolling back to a savepoint releases the
 * locks taken after it. Nobody is next in line: a transaction cannot release that lock and keep the other.
 */
export class PinnedTurn implements Turn {
  private isSaved = false;

  constructor(
    private readonly connection: PgConnection,
    private readonly keys: TurnKeys,
  ) {}

  async tryTake(): Promise<boolean> {
    const save = this.isSaved ? '' : `SAVEPOINT ${SAVEPOINT}; `;
    const { error, lastValue } = await this.connection.run(
      `${save}SELECT pg_catalog.pg_try_advisory_xact_lock(${this.keys.turn})`,
    );
    if (error) throw queryError(DOING, error);
    this.isSaved = true;
    return lastValue === 't';
  }

  holder(): Promise<LockHolder | undefined> {
    return readLockHolder(this.connection, this.keys.turn);
  }

  async release(): Promise<void> {
    if (!this.isSaved) return;
    this.isSaved = false;
    await this.connection.record(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; RELEASE SAVEPOINT ${SAVEPOINT}`);
  }
}
