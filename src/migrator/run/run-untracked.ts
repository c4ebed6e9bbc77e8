import { randomUUID } from 'node:crypto';
import type { MigrationSession } from '../../core/ports/ports.js';
import { NO_HISTORY } from '../../core/status/history.js';
import { joinStatuses } from '../../core/status/status.js';
import { assertTransactional, compileAll } from './compile-plan.js';
import type { Dependencies } from './dependencies.js';
import { asInterrupted } from './interruption.js';
import { acquireLock } from './lock.js';
import type { MigrateSettings, MigrationRun } from './migrate.js';
import { runPrograms, type ProgramsRun } from './run-programs.js';
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

  const run = { runId, tracked: false, signal };
  const lock = { lockTimeoutMs: settings.lockTimeoutMs, table: dependencies.database.table };
  const applied: string[] = [];
  let part: ProgramsRun;
  do {
    const left = programs.slice(applied.length);
    const work = async (session: MigrationSession): Promise<ProgramsRun> => {
      await acquireLock(session, lock, dependencies.emit, () => Promise.resolve(true), signal);
      return runPrograms(dependencies, session, left, run, settings, applied);
    };
    part = await asInterrupted(signal, applied, () => withSession(dependencies.database, work, signal));
    applied.push(...part.applied);
  } while (part.reconnect);
  return { runId, applied, adopted: [], durationMs: Math.round(performance.now() - startedAt) };
}
