import { randomUUID } from 'node:crypto';
import { NO_HISTORY } from '../core/history.js';
import { joinStatuses } from '../core/status.js';
import { assertTransactional, compileAll } from './compile-plan.js';
import type { Dependencies } from './dependencies.js';
import { acquireLock } from './lock.js';
import type { MigrateSettings, MigrationRun } from './migrate.js';
import { runPrograms } from './run-programs.js';
import { withSession } from './with-session.js';

/**
 * Runs every file, every time, and records nothing: for databases that are made anew. Several processes take turns.
 *
 * @throws the same as migrating with tracking does, except for what concerns the history.
 */
export async function runUntracked(
  dependencies: Dependencies,
  settings: MigrateSettings,
  signal?: AbortSignal,
): Promise<MigrationRun> {
  const startedAt = performance.now();
  const runId = randomUUID();
  const files = await dependencies.source.read();
  const programs = await compileAll(joinStatuses(files, NO_HISTORY), files, dependencies);
  if (settings.transaction === 'all') assertTransactional(programs);
  if (programs.length === 0) return { runId, applied: [], adopted: [], durationMs: 0 };

  return withSession(
    dependencies.database,
    async (session) => {
      const lock = { lockTimeoutMs: settings.lockTimeoutMs, table: dependencies.database.table };
      await acquireLock(session, lock, dependencies.emit, () => Promise.resolve(true), signal);
      const { applied } = await runPrograms(
        dependencies,
        session,
        programs,
        { runId, tracked: false, signal },
        settings,
      );
      return { runId, applied, adopted: [], durationMs: Math.round(performance.now() - startedAt) };
    },
    signal,
  );
}
