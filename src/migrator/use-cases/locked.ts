import type { MigrationFile } from '../../core/migration/migration-file.js';
import type { MigrationSession } from '../../core/ports/ports.js';
import { joinStatuses, type MigrationStatus } from '../../core/status/status.js';
import type { Dependencies } from '../run/dependencies.js';
import { acquireLock } from '../run/lock.js';
import { withSession } from '../run/with-session.js';

export interface LockedWork {
  readonly session: MigrationSession;
  readonly files: readonly MigrationFile[];
  readonly statuses: readonly MigrationStatus[];
}

/** Does a piece of work on the history under the migration lock, on a table that is up to date. */
export async function underLock<T>(
  dependencies: Dependencies,
  lockTimeoutMs: number,
  work: (locked: LockedWork) => Promise<T>,
): Promise<T> {
  const files = await dependencies.source.read();
  return withSession(dependencies.database, async (session) => {
    const settings = { lockTimeoutMs, table: dependencies.database.table };
    await acquireLock(session, settings, dependencies.emit, () => Promise.resolve(true));
    await session.prepareHistory();
    return work({ session, files, statuses: joinStatuses(files, await session.read()) });
  });
}
