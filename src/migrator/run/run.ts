import { randomUUID } from 'node:crypto';
import type { Task } from '../../core/compile/task.js';
import { finding } from '../../core/errors/finding.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { HistoryStore, TargetSession } from '../../core/ports/ports.js';
import { isNothingToDo, type Plan } from '../../core/status/plan.js';
import type { RunLimit } from '../../core/status/run-limit.js';
import { assertNotRemoved } from '../../core/tenants/standing.js';
import type { MigratorParts } from './parts.js';
import { acquireLock, type LockWait } from './acquire-lock.js';
import { compilePlan, compileTasks } from './compile-tasks.js';
import { auditDeadRuns } from './audit-dead-runs.js';
import { Conflicts, type Conflict } from './conflicts.js';
import { judgeOutcome, throwIfInterrupted, withInterruption, type SessionResult } from './interruption.js';
import { RunFiles } from './run-files.js';
import { lintTasks } from './lint-tasks.js';
import { isLostConnection, resolveLoss } from './lost-connection.js';
import { Limiter, Planning, type PlannedRun } from './planning.js';
import { RunCatalog } from './catalog/run-catalog.js';
import { endOf, RunReport, type MigrationRun, type RunEnd, type RunFailure } from './run-report.js';
import { withSession } from './with-session.js';

/** One run of a set of migrations on one target. It owns all mutable state of the run. */
export class Run {
  private readonly runId = randomUUID();
  private readonly report: RunReport;
  private readonly target: MigratorParts['database']['target'];
  private isLinted = false;
  private readonly limiter: Limiter;
  private readonly catalog: RunCatalog;
  private isSessionLost = false;

  /**
   * @param signal interrupts the run: the running statement is cancelled.
   * @param recordingSignal interrupts recording the catalog after its end.
   */
  constructor(
    private readonly parts: MigratorParts,
    private readonly signal: AbortSignal,
    recordingSignal: AbortSignal,
    private readonly limit: RunLimit = {},
  ) {
    this.target = parts.database.target;
    this.report = new RunReport(this.runId, this.target.name, parts.emit);
    this.limiter = new Limiter(limit);
    this.catalog = new RunCatalog(parts, this.runId, signal, recordingSignal);
  }

  /**
   * Applies the pending migrations, each exactly once across all processes. Then records the catalog, for which nobody
   * need wait: the result is given before.
   *
   * @param fulfil receives the result of the run.
   * @param reject receives the error of a run that failed after it had changed something.
   * @throws InterruptedError, DirectoryError, RefusedError, MigrationFailedError, LockTimeoutError, LockLostError,
   *   HistoryTableError, DatabaseConnectionError
   */
  async execute(fulfil: (run: MigrationRun) => void, reject: (error: RunFailure) => void): Promise<void> {
    const end = endOf(this.report, fulfil, reject);
    try {
      const files = new RunFiles(await this.parts.source.list(), this.limit);
      const planning = new Planning(files, this.parts.policy, this.target.name);
      for (;;) {
        const result = await this.inSession(files, (session) => this.inOneSession(session, planning, end));
        if (result === 'done') end.finished();
        if (result !== 'reconnect') return;
      }
    } catch (error) {
      this.report.fail(error);
      throw error;
    }
  }

  /** A run that changed something ends before its session does, which then records the catalog under the same lock. */
  private async inOneSession(
    session: TargetSession,
    planning: Planning,
    end: RunEnd,
  ): Promise<SessionResult | 'recorded'> {
    const { report, catalog } = this;
    try {
      const result = await this.migrate(session, planning);
      if (result === 'reconnect' || report.applied.length === 0) return result;
      end.finished();
    } catch (error) {
      if (!catalog.isDueAfter(error, report.applied.length > 0)) throw error;
      end.failed(error);
    }
    await (this.isSessionLost ? catalog.recordAgain() : catalog.record(session));
    return 'recorded';
  }

  private inSession<T>(files: RunFiles, work: (session: TargetSession) => Promise<T>): Promise<T> {
    const { parts, report, signal } = this;
    const listener = { onRetry: report.connectionRetry, onAsked: () => files.startReading() };
    return withInterruption(signal, report, () => withSession(parts.database, work, signal, listener));
  }

  /** One read when there is nothing to do; everything else happens under the lock. */
  private async migrate(session: TargetSession, planning: Planning): Promise<SessionResult> {
    const { expected } = this.parts;
    const mayStart = this.target.role === undefined; // otherwise, reading as the role shows that it works
    const plan =
      (mayStart && expected && (await planning.expect(expected))) || (await this.readPlan(session, planning)).plan;
    if (isNothingToDo(plan)) {
      this.report.warn(plan.warnings);
      return 'done';
    }
    // Without the lock a step in doubt may just be running.
    if (plan.refusals.some(({ code }) => code !== 'STEP_IN_DOUBT'))
      await compileTasks(plan, this.parts, session.executor);
    const known = await this.takeLock(session, planning, plan);
    return known ? this.migrateLocked(session, planning, known) : this.endWithoutWork(session);
  }

  /** Another process applied the rest, so the end of a run that applied something has not been recorded. */
  private async endWithoutWork({ history }: TargetSession): Promise<'done'> {
    if (this.report.applied.length > 0) await history.auditRun(this.runId);
    return 'done';
  }

  /**
   * Reads the history with each attempt, because another process may have run since the last one.
   *
   * @param expected what will most likely have to be done.
   * @returns what there is to do; undefined if another process did all the work in the meantime.
   */
  private async takeLock(session: TargetSession, planning: Planning, expected: Plan): Promise<PlannedRun | undefined> {
    const { lock, history } = session;
    let last: PlannedRun | undefined;
    const tryTake = async (): Promise<boolean> => {
      const attempt = lock.tryTakeAndRead(async () => {
        // Only once, not at every poll.
        const install = last ? undefined : history.prepareInstall();
        if (!last) this.catalog.look(session);
        return { ...(await this.readPlan(session, planning)), install };
      });
      if (!last) queueMicrotask(() => this.compileAhead(expected)); // by then, the messages have been sent
      const { taken, read } = await attempt;
      if (taken && last) this.catalog.look(session);
      last = read;
      return taken;
    };
    const isStillNeeded = (): boolean => last !== undefined && !isNothingToDo(last.plan);
    const wait = { ...this.lockWait(), isStillNeeded };
    const waitedMs = await acquireLock({ tryTake, holder: () => lock.holder() }, wait);
    if (waitedMs === undefined || !isStillNeeded()) return undefined;
    if (!this.parts.policy.unlocked) this.report.emit({ type: 'lock-acquired', waitedMs });
    return last;
  }

  /** Compiles while the server works. The results are cached; an error will occur again under the lock. */
  private compileAhead(plan: Plan): void {
    compilePlan(plan, this.parts).catch(() => {});
  }

  /** @param known facts read since the lock was taken. */
  private async migrateLocked(session: TargetSession, planning: Planning, known: PlannedRun): Promise<SessionResult> {
    const conflicts = new Conflicts(session, this.lockWait());
    let read: PlannedRun | undefined = known;
    for (let installed = false; ; installed = true) {
      const { plan, history, install }: PlannedRun = read ?? (await this.readPlan(session, planning));
      read = undefined;
      if (isNothingToDo(plan)) return this.endWithoutWork(session);
      const tasks = await compileTasks(plan, this.parts, session.executor);
      await this.lint(session, await planning.files.set(), tasks);
      if (!installed) {
        await this.install(install ?? ((signal) => session.history.install(signal)));
        if (this.report.applied.length === 0) assertNotRemoved(this.parts.expected, history, this.target);
        if (!this.parts.policy.unlocked) await auditDeadRuns(session.history, history, this.runId);
        this.report.warn(plan.warnings);
      }
      await this.adoptChecksums(session, plan);
      if (tasks.length === 0) return 'done';
      await this.catalog.begin(session, tasks);
      const outcome = await this.runTasks(session, tasks, await planning.files.set());
      if (outcome.kind !== 'conflict') return outcome.kind;
      await conflicts.handle(outcome, history);
    }
  }

  private async readPlan(session: TargetSession, planning: Planning): Promise<PlannedRun> {
    const { plan: whole, history, applied } = await planning.read(session.history);
    this.report.observeApplied(applied);
    const plan = this.limiter.limit(whole, await planning.files.set(), this.report);
    // A history that keeps no records does not know what this run has applied.
    return { history, plan: { ...plan, toRun: plan.toRun.filter(({ file }) => !this.report.hasApplied(file)) } };
  }

  /** Once per run: the warnings still apply when another session continues the run. */
  private async lint(session: TargetSession, set: MigrationSet, tasks: readonly Task[]): Promise<void> {
    if (this.parts.policy.lint.onMigrate === 'off' || this.isLinted) return;
    this.isLinted = true;
    this.report.warn(await lintTasks(set, tasks, this.parts, session));
  }

  private async install(install: HistoryStore['install']): Promise<void> {
    const notes = await install(this.signal).catch((error: unknown) => {
      throwIfInterrupted(this.signal, this.report.applied); // the cause of any error then
      throw error;
    });
    this.report.warn(notes);
  }

  /** Rows that were made by hand, or by an older runner, have no checksum: they adopt the file's, with a warning. */
  private async adoptChecksums({ history }: TargetSession, { toAdopt }: Plan): Promise<void> {
    if (toAdopt.length === 0) return;
    const files = toAdopt.map(({ file }) => file);
    const changes = toAdopt.map(({ file, migration }) => ({ kind: 'adopt', recordedAs: file, migration }) as const);
    await history.change(changes, { action: 'adopt', files }, this.runId);
    this.report.adoptedChecksums(files);
  }

  /** Executes tasks; if the connection is lost, finds out what was applied. */
  private async runTasks(
    session: TargetSession,
    tasks: readonly Task[],
    { migrations }: MigrationSet,
  ): Promise<{ kind: SessionResult } | Conflict> {
    const { runId, report, signal, parts } = this;
    const listener = report.beginExecution(tasks.map(({ program }) => program.migration.file));
    try {
      const settings = { runId, transaction: parts.policy.transaction, migrations, signal };
      const outcome = await session.executor.run(tasks, settings, listener);
      return judgeOutcome(outcome, report, session.history, signal);
    } catch (error) {
      if (!isLostConnection(error) || signal?.aborted || !session.history.keepsRecords) throw error;
      const { backend } = session.lock;
      await session.close(); // the pool may have no other connection
      this.isSessionLost = true;
      const { planned, connectionRetry: onRetry } = report;
      const lost = { runId, planned, lockBackend: backend, wait: this.lockWait(), connecting: { onRetry } };
      const { byThisRun, error: partial } = await resolveLoss(parts.database, lost, error);
      report.foundApplied(byThisRun);
      if (partial) throw partial;
      report.warn([finding('LOSS_RESOLVED', { subject: `Run ${runId}`, detail: error.reason })]);
      return { kind: 'done' };
    }
  }

  private lockWait(): LockWait {
    return {
      timeoutMs: this.parts.policy.migrationLockTimeoutMs,
      target: this.target.name,
      applied: this.report.applied,
      signal: this.signal,
      onWaiting: this.report.lockWaiting,
    };
  }
}
