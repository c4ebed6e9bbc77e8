import { MigrationError } from './migration-error.js';
import { duration, list } from './wording.js';

/** The holder of the migration lock. What this role may not see is null. */
export interface LockHolder {
  /** Its backend, as in `pg_stat_activity`. */
  readonly pid: number;
  /** The `application_name` of its connection. */
  readonly applicationName: string | null;
  /** When it connected. */
  readonly since: Date | null;
  /** The file that it is running; a long name is truncated. */
  readonly running: string | null;
  /** PIDs of the backends that hold a lock for which that file waits. */
  readonly blockedBy: readonly number[];
  /** How long the server has been waiting for its next message, in ms; null while it executes one. */
  readonly silentMs: number | null;
}

/** The holder of the turn to run a non-transactional migration. */
export interface TurnHolder extends LockHolder {
  /** True if it only holds the place of the next one, and nobody has the turn: then it should have taken it. */
  readonly isNext: boolean;
}

/** A working process sends a message at least every five seconds while the server waits for it. */
const NOTABLE_SILENCE_MS = 10_000;

/** Another process held the migration lock, or had the turn in the database, until this one's timeout expired. */
export class LockTimeoutError extends MigrationError {
  constructor(
    /** In milliseconds. */
    readonly waitedMs: number,
    /** Who holds the lock; undefined if that is not known. */
    readonly holder: LockHolder | undefined,
    target: string,
    /** Migrations that this run applied before it had to wait: without the lock, or for a new session. */
    readonly applied: readonly string[] = [],
    /** `lock`: the migration lock. `turn`: the turn to run a non-transactional migration; `unlock()` does not end it. */
    readonly awaited: 'lock' | 'turn' = 'lock',
  ) {
    super('LOCK_TIMEOUT', (say) => {
      const what =
        awaited === 'lock'
          ? `for the migration lock of ${target}, ${describeHolder(holder)}`
          : `to run ${target}: ${turnOf(holder)}`;
      const done = applied.length === 0 ? 'This run applied nothing' : `This run had applied ${list(applied)}`;
      const end =
        awaited === 'lock' ? say({ action: 'unlock' }) : `SELECT pg_terminate_backend(${holder?.pid ?? 'pid'})`;
      return (
        `Waited ${duration(waitedMs)} ${what}. ${done}. ` +
        `If that process is healthy, wait for it and start again; if it is gone or stuck, terminate it with ${end}.`
      );
    });
  }
}

/** Why a migration waits for its turn, as the rest of a sentence. */
export function turnOf(holder: (LockHolder & Partial<TurnHolder>) | undefined): string {
  const what = holder?.isNext ? 'nobody has the turn, but the place of the next one is' : 'the turn is';
  return `non-transactional migrations of tenants run one at a time in each database, and ${what} ${describeHolder(holder)}`;
}

/**
 * A migration released the migration lock (`pg_advisory_unlock_all()`, `DISCARD ALL`), and another process took it
 * before this one could retake it.
 */
export class LockLostError extends MigrationError {
  constructor(table: string) {
    super(
      'LOCK_LOST',
      `A migration released the migration lock of ${table} and another process has taken it. Everything applied so far is recorded; start again.`,
    );
  }
}

/** The holder of the migration lock may still be working, so it was not terminated. */
export class LockInUseError extends MigrationError {
  constructor(
    /** Who holds the lock. */
    readonly holder: LockHolder,
    target: string,
  ) {
    super(
      'LOCK_IN_USE',
      (say) =>
        `The migration lock of ${target} is ${describeHolder(holder)}. Its process may still be working, so it was not terminated: ` +
        `wait for it. If you know that it is gone or stuck, terminate it with ${say({ action: 'unlock' })}; what it is running is rolled back.`,
    );
  }
}

/** Describes the holder, to follow the name of the lock in a sentence. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (!holder) return 'held by another process';
  const { pid, applicationName, since, running, blockedBy, silentMs } = holder;
  const name = applicationName ? ` (${applicationName})` : '';
  const blocked = blockedBy.length > 0 ? `, which waits for a lock held by backend ${blockedBy.join(', ')}` : '';
  return [
    `held by backend ${pid}${name}`,
    since ? `, connected since ${since.toISOString()}` : '',
    running ? `, running ${running}${blocked}` : '',
    silentMs !== null && silentMs >= NOTABLE_SILENCE_MS ? `, silent for ${duration(silentMs)}` : '',
  ].join('');
}
