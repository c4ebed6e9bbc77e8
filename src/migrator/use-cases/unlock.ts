import { LockInUseError, type LockHolder } from '../../core/errors/lock-errors.js';
import type { TargetSession } from '../../core/ports/ports.js';
import { takeLock } from '../run/acquire-lock.js';
import type { MigratorParts } from '../run/parts.js';
import { withInterruptibleSession } from '../run/with-session.js';
import type { ChangeOptions } from './change-history.js';

/** How to free the migration lock. */
export interface UnlockOptions extends ChangeOptions {
  /**
   * How long the holder must have sent nothing while the server waits for it, in ms. A working process sends
   * a message at least every five seconds.
   * @default 30000
   */
  silentFor?: number;
  /** Terminates the holder even if it may still be working. @default false */
  force?: boolean;
}

/** The state of the migration lock, and what was done. */
export interface UnlockReport {
  /** Null if the lock is free. */
  readonly holder: LockHolder | null;
  /** True if its process is gone or stalled, as far as the server can tell. */
  readonly isGone: boolean;
  /** True if its backend was terminated. */
  readonly ended: boolean;
}

const SILENT_FOR_MS = 30_000;
/** How long a backend may take to roll back and exit. */
const PATIENCE_MS = 60_000;

/** Terminates the holder of the migration lock if its client is gone. @throws LockInUseError, LockTimeoutError */
export async function unlock(parts: MigratorParts, options: UnlockOptions): Promise<UnlockReport> {
  const { silentFor = SILENT_FOR_MS, force = false, dryRun = false, reason, signal } = options;
  const work = async ({ lock, history }: TargetSession): Promise<UnlockReport> => {
    const holder = await lock.holder();
    if (!holder) return { holder: null, isGone: false, ended: false };
    const isGone = holder.silentMs !== null && holder.silentMs >= silentFor;
    if (dryRun) return { holder, isGone, ended: false };
    if (!isGone && !force) throw new LockInUseError(holder, parts.database.target.name);
    await lock.endHolder(holder);
    await takeLock(lock, parts, signal, { timeoutMs: PATIENCE_MS });
    await history.install(signal);
    const files = holder.running === null ? [] : [holder.running];
    await history.note({ action: 'unlock', files, reason, details: { holder } });
    return { holder, isGone, ended: true };
  };
  return withInterruptibleSession(parts.database, work, signal);
}
