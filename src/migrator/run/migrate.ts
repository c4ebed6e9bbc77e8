import { randomUUID } from 'node:crypto';
import type { History } from '../../core/status/history.js';
import type { MigrationFile } from '../../core/migration/migration-file.js';
import { isNothingToDo, makePlan, type Plan, type PlanPolicy } from '../../core/status/plan.js';
import type { MigrationSession, RunSettings } from '../../core/ports/ports.js';
import type { Program } from '../../core/compile/program.js';
import { joinStatuses } from '../../core/status/status.js';
import { adoptChecksums } from './adopt.js';
import type { Dependencies } from './dependencies.js';
import { asInterrupted, throwIfInterrupted } from './interruption.js';
import { Conflicts } from './conflicts.js';
import { acquireLock } from './lock.js';
import { isLostConnection, resolveLoss } from './lost-connection.js';
import { runPrograms, type ProgramsRun, type RunOptions } from './run-programs.js';
import { assertTransactional, compileAll } from './compile-plan.js';
import { withSession } from './with-session.js';

export interface MigrateSettings extends RunOptions {
  readonly policy: PlanPolicy;
  readonly lockTimeoutMs: number;
}

/** What a run did. */
export interface MigrationRun {
  readonly runId: string;
  /** Migrations that this run applied, in order. */
  readonly applied: readonly string[];
  /** Rows without a checksum that adopted their file's. */
  readonly adopted: readonly string[];
  readonly durationMs: number;
}

/**
 * Applies what is pending, each migration exactly once across all processes.
 *
 * @param signal gives the run up: what is under way is cancelled and rolled back.
 * @throws InterruptedError, DirectoryError, RefusedError, MigrationFailedError, LockTimeoutError, HistoryTableError,
 *   DatabaseConnectionError
 */
export async function migrate(
  dependencies: Dependencies,
  settings: MigrateSettings,
  signal?: AbortSignal,
): Promise<MigrationRun> {
  const { source, database } = dependencies;
  const startedAt = performance.now();
  const runId = randomUUID();
  const files = await source.read();
  const run: RunSettings = { runId, tracked: true, signal };
  const applied: string[] = [];
  const adopted: string[] = [];
  let part: LockedRun;
  do {
    part = await asInterrupted(signal, applied, () =>
      withSession(database, (session) => runOnce(dependencies, settings, session, files, run, applied), signal),
    );
    applied.push(...part.applied);
    adopted.push(...part.adopted);
  } while (part.reconnect);
  return { runId, applied, adopted, durationMs: Math.round(performance.now() - startedAt) };
}

interface LockedRun extends Pick<MigrationRun, 'applied' | 'adopted'> {
  /** True when the rest wants a new session. */
  readonly reconnect: boolean;
}

const NOTHING: LockedRun = { applied: [], adopted: [], reconnect: false };

async function runOnce(
  dependencies: Dependencies,
  settings: MigrateSettings,
  session: MigrationSession,
  files: readonly MigrationFile[],
  run: RunSettings,
  before: readonly string[],
): Promise<LockedRun> {
  const { database, emit } = dependencies;
  const plan = planFor(files, await session.read(), settings);
  if (isNothingToDo(plan)) {
    warn(dependencies, plan);
    return NOTHING;
  }
  if (plan.refusals.length > 0) await compileAll(plan.toRun, files, dependencies, plan.refusals);

  const lock = { lockTimeoutMs: settings.lockTimeoutMs, table: database.table };
  const stillNeeded = async (): Promise<boolean> => !isNothingToDo(planFor(files, await session.read(), settings));
  if (!(await acquireLock(session, lock, emit, stillNeeded, run.signal))) return NOTHING;
  return runLocked(dependencies, settings, session, files, run, before);
}

/** Another replica may have run while this one waited: the history is read again. */
async function runLocked(
  dependencies: Dependencies,
  settings: MigrateSettings,
  session: MigrationSession,
  files: readonly MigrationFile[],
  run: RunSettings,
  before: readonly string[],
): Promise<LockedRun> {
  const applied: string[] = [];
  const adopted: string[] = [];
  const conflicts = new Conflicts(dependencies, session, settings.lockTimeoutMs, () => [...before, ...applied]);
  let prepared = false;
  for (;;) {
    const history = await session.read();
    const plan = planFor(files, history, settings);
    if (isNothingToDo(plan)) return { applied, adopted, reconnect: false };
    const programs = await compileAll(plan.toRun, files, dependencies, plan.refusals);
    if (settings.transaction === 'all') assertTransactional(programs);

    if (!prepared) {
      await prepare(session, run.signal);
      warn(dependencies, plan);
      prepared = true;
    }
    adopted.push(...(await adoptChecksums(session, plan, files, dependencies.emit)));
    if (programs.length === 0) return { applied, adopted, reconnect: false };
    const result = await runOrResolve(dependencies, session, programs, run, settings, [...before, ...applied]);
    applied.push(...result.applied);
    if (result.conflict === undefined) return { applied, adopted, reconnect: result.reconnect };
    await conflicts.meet(result.conflict, history, run.signal);
  }
}

async function prepare(session: MigrationSession, signal: AbortSignal | undefined): Promise<void> {
  await session.prepareHistory(signal).catch((error: unknown) => {
    throwIfInterrupted(signal); // whatever it failed with then
    throw error;
  });
}

/** Runs; when the connection is lost on the way, finds out what was applied. */
async function runOrResolve(
  dependencies: Dependencies,
  session: MigrationSession,
  programs: readonly Program[],
  run: RunSettings,
  settings: MigrateSettings,
  before: readonly string[],
): Promise<ProgramsRun> {
  try {
    return await runPrograms(dependencies, session, programs, run, settings, before);
  } catch (error) {
    if (!isLostConnection(error) || run.signal?.aborted) throw error;
    const { lockBackend } = session;
    await session.close(); // it holds a place in a pool that may have no other
    const planned = programs.map(({ migration }) => migration.file);
    const applied = await resolveLoss(
      dependencies,
      { runId: run.runId, planned, lockBackend, signal: run.signal },
      error,
    );
    return { applied, conflict: undefined, reconnect: false };
  }
}

function planFor(files: readonly MigrationFile[], history: History, { policy }: MigrateSettings): Plan {
  return makePlan(joinStatuses(files, history), policy);
}

function warn({ emit }: Dependencies, plan: Plan): void {
  for (const message of plan.warnings) emit({ type: 'warning', message });
}
