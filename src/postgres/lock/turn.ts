import type { TurnHolder } from '../../core/errors/lock-errors.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { queryError } from '../connection/server-error.js';
import { readLockHolder, type TurnKeys } from './lock.js';
import type { TurnQueue } from './turn-queue.js';

/** How non-transactional migrations take turns. */
export interface TurnSettings {
  /** The migrations of this process that wait for the same turn. */
  readonly queue: Pick<TurnQueue, 'join'>;
  /** How long to wait while one other process has the turn, in ms. */
  readonly timeoutMs: number;
}

/**
 * The turn to run a non-transactional migration; each database has one. Trying to take it never blocks:
 * callers poll, because waiting in the server would hold a snapshot, for which a concurrent index build waits.
 */
export interface Turn {
  /** Tries once. @throws MigrationError */
  tryTake(): Promise<boolean>;
  /** Who has the turn or, if nobody has it, comes next but does not take it; if that can be seen. @throws MigrationError */
  holder(): Promise<TurnHolder | undefined>;
  /**
   * Gives up the turn, or stops waiting for it. Never rejects.
   *
   * @returns false if it had been lost: a migration can release the locks of its session (`DISCARD ALL`).
   */
  release(): Promise<boolean>;
}

async function readHolder(connection: PgConnection, keys: TurnKeys, isNext: boolean): Promise<TurnHolder | undefined> {
  const holder = await readLockHolder(connection, keys.turn);
  if (holder) return { ...holder, isNext: false };
  const next = isNext ? undefined : await readLockHolder(connection, keys.next);
  return next && { ...next, isNext: true };
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

  holder(): Promise<TurnHolder | undefined> {
    return readHolder(this.connection, this.keys, this.isNext);
  }

  async release(): Promise<boolean> {
    const { held, isNext, connection, keys } = this;
    this.held = false;
    this.isNext = false;
    if (!held && !isNext) return true;
    const key = held ? keys.turn : keys.next;
    return (await connection.record(`SELECT pg_catalog.pg_advisory_unlock(${key})`)).lastValue !== 'f';
  }
}

const SAVEPOINT = 'nestjs_pg_migrations_turn';

/**
 * The same in the transaction that holds the migration lock behind a pooler. Rolling back to a savepoint releases the
 * locks taken after it.
 */
export class PinnedTurn implements Turn {
  private isSaved = false;
  private isNext = false;

  constructor(
    private readonly connection: PgConnection,
    private readonly keys: TurnKeys,
  ) {}

  async tryTake(): Promise<boolean> {
    const { turn, next } = this.keys;
    const save = this.isSaved ? '' : `SAVEPOINT ${SAVEPOINT}; `;
    const queued = await this.attempt(`${save}SELECT CASE WHEN ${tryLocal(next)} THEN ${tryLocal(turn)} END`);
    this.isSaved = true;
    this.isNext = queued === 'f';
    // A transaction cannot release one lock and keep another, so both go, and the turn is taken again.
    return (
      queued === 't' && (await this.attempt(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; SELECT ${tryLocal(turn)}`)) === 't'
    );
  }

  /** Until a transaction ends, it sees the other sessions as they were when it first looked. */
  async holder(): Promise<TurnHolder | undefined> {
    await this.connection.record('SELECT pg_catalog.pg_stat_clear_snapshot()');
    return readHolder(this.connection, this.keys, this.isNext);
  }

  async release(): Promise<boolean> {
    if (!this.isSaved) return true;
    this.isSaved = false;
    this.isNext = false;
    await this.connection.record(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; RELEASE SAVEPOINT ${SAVEPOINT}`);
    return true;
  }

  private async attempt(sql: string): Promise<string | null | undefined> {
    const { error, lastValue } = await this.connection.run(sql);
    if (error) throw queryError(DOING, error);
    return lastValue;
  }
}

function tryLocal(key: bigint): string {
  return `pg_catalog.pg_try_advisory_xact_lock(${key})`;
}
