import type { NewAuditEntry } from '../../core/history/audit.js';
import type { History } from '../../core/history/history.js';
import type { HistoryChange, TargetSession } from '../../core/ports/ports.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import { joinStatuses, type MigrationStatus } from '../../core/status/status.js';
import type { MigratorParts } from '../run/parts.js';
import { takeLock, type LockWaitOptions } from '../run/acquire-lock.js';
import { readUsable } from './read-usable.js';
import { withInterruptibleSession } from '../run/with-session.js';

/** Options of an operation that changes the history. */
export interface ChangeOptions {
  /** The reason to record in the audit. @default none */
  readonly reason?: string;
  /** Only return what would change: nothing is locked or written. @default false */
  readonly dryRun?: boolean;
  /** Interrupts the operation. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** The same for one of several histories, which share one wait for their locks. */
export interface ChangeSettings extends ChangeOptions {
  /** @default it waits for its own lock */
  readonly lockWait?: LockWaitOptions | undefined;
}

/** The state on which a change is based. */
export interface Basis {
  readonly set: MigrationSet;
  readonly statuses: readonly MigrationStatus[];
  /** All rows, also those without a status, because a checkpoint replaces their files. */
  readonly rows: History['rows'];
}

/** The changes to make to the history, and the result for the caller. */
export interface Decision<T> {
  readonly changes: readonly HistoryChange[];
  /** The audit entry, if there are changes; the reason is added to it. */
  readonly note: NewAuditEntry;
  readonly result: T;
}

/**
 * Changes the history under the migration lock, without running anything.
 *
 * @param decide reads and changes nothing. It is called twice: after a plain read, so that a mistake neither waits for the lock
 *   nor creates a table, and again under the lock. An error that it throws ends the change.
 */
export async function changeHistory<T>(
  parts: MigratorParts,
  { reason, dryRun = false, signal, lockWait }: ChangeSettings,
  decide: (known: Basis) => Decision<T> | Promise<Decision<T>>,
): Promise<T> {
  const set = await readUsable(parts.source);
  const basisOf = (history: History): Basis => ({ set, statuses: joinStatuses(set, history), rows: history.rows });
  if (dryRun) return (await decide(basisOf(await parts.reader.read()))).result;
  const change = async (session: TargetSession): Promise<T> => {
    const known = async (): Promise<Basis> => basisOf(await session.history.read());
    await decide(await known());
    await takeLock(session.lock, parts, signal, lockWait);
    await session.history.install(signal);
    const { changes, note, result } = await decide(await known());
    await session.history.change(changes, { ...note, reason });
    return result;
  };
  return withInterruptibleSession(parts.database, change, signal);
}
