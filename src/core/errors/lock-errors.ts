import { MigrationError } from './migration-error.js';
import { duration, list } from './wording.js';

/** The holder of the migration lock. What this role may not see is null. */
export interface LockHolder {
  readonly pid: number;
  readonly applicationName: string | null;
  /** When it connected. */
  readonly since: Date | null;
  /** The file that it is running; a long name is truncated. */
  readonly running: string | null;
  /** PIDs of the backends that hold a lock for which that file waits. */
  readonly blockedBy: readonly number[];
}

/** Another process held the migration lock until this one's timeout expired. */
export class LockTimeoutError extends MigrationError {
  constructor(
    /** In milliseconds. */
    readonly waitedMs: number,
    readonly holder: LockHolder | undefined,
    target: string,
    /** Migrations that this run applied before it had to wait: without the lock, or for a new session. */
    readonly applied: readonly string[] = [],
  ) {
    super(
      'LOCK_TIMEOUT',
      `Waited ${duration(waitedMs)} for the migration lock of ${target}, ${describeHolder(holder)}. ` +
        `${applied.length === 0 ? 'This run applied nothing' : `This run had applied ${list(applied)}`}. ` +
        `If that process is healthy, wait for it and start again; if it is stuck, end its backend: ${endBackend(holder)}`,
    );
  }
}

function endBackend(holder: LockHolder | undefined): string {
  return `SELECT pg_terminate_backend(${holder?.pid ?? 'pid'});`;
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

/** Describes the holder, to follow the name of the lock in a sentence. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (!holder) return 'held by another process';
  const { pid, applicationName, since, running, blockedBy } = holder;
  const name = applicationName ? ` (${applicationName})` : '';
  const blocked = blockedBy.length > 0 ? `, which waits for a lock held by backend ${blockedBy.join(', ')}` : '';
  return [
    `held by backend ${pid}${name}`,
    since ? `, connected since ${since.toISOString()}` : '',
    running ? `, running ${running}${blocked}` : '',
  ].join('');
}
