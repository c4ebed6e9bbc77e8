import { randomUUID } from 'node:crypto';
import type { Task } from '../../core/compile/task.js';
import { finding } from '../../core/errors/finding.js';
import { MigrationFailedError } from '../../core/errors/migration-failed.js';
import { InterruptedError } from '../../core/errors/run-errors.js';
import type { History } from '../../core/history/history.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { HistoryStore, Outcome, TargetSession } from '../../core/ports/ports.js';
import { isNothingToDo, type Plan } from '../../core/status/plan.js';
import { filesWithin, limitPlan, type RunLimit } from '../../core/status/run-limit.js';
import type { MigrationStatus } from '../../core/status/status.js';
import type { MigratorParts } from './parts.js';
import { acquireLock, type LockWait } from './acquire-lock.js';
import { compilePlan, compileTasks } from './compile-tasks.js';
import { auditDeadRuns } from './audit-dead-runs.js';
import { Conflicts, type Conflict } from './conflicts.js';
import { withInterruption, cancelledOutcome, reasonOf, throwIfInterrupted } from './interruption.js';
import { FilesOfRun } from './files-of-run.js';
import { lintTasks } from './lint-tasks.js';
import { isLostConnection, resolveLoss } from './lost-connection.js';
import { Planning } from './planning.js';
import { RunReport, type MigrationRun } from './run-report.js';
import { withSession } from './with-session.js';

/** How one session of a run ended: everything is done, or a new session is needed. */
type SessionResult = 'done' | 'reconnect';

/** What there is to do, and the history that says so. */
interface PlannedRun {
  readonly plan: Plan;
  readonly history: History;
  /** Installs what is missing, as it was found with this history. @default it looks first */
  readonly install?: HistoryStore['install'] | undefined;
}

/** One run of a set of migrations on one target. It owns all mutable state of the run. */
export class Run {
  private readonly runId = randomUUID();
  private readonly report: RunReport;
  private readonly target: string;
  private isLinted = false;
  /** The files that it may apply, once the history was read; undefined without a limit. */
  private within: ReadonlySet<string> | undefined;
  private isWithinKnown = false;

  /** @param signal interrupts the run: the running statement is cancelled. */
  constructor(
    private readonly parts: MigratorParts,
    private readonly signal: AbortSignal | undefined,
    private readonly limit: RunLimit = {},
  ) {
    this.target = parts.database.target.name;
    this.report = new RunReport(this.runId, this.target, parts.emit);
  }

  /**
   * Applies the pending migrations, each exactly once across all processes.
   *
   * @throws InterruptedError, DirectoryError, RefusedError, MigrationFailedError, LockTimeoutError, LockLostError,
   *   HistoryTableError, DatabaseConnectionError
   */
  async execute(): Promise<MigrationRun> {
    try {
      const files = new FilesOfRun(await this.parts.source.list());
      const planning = new Planning(files, this.parts.policy, this.target);
      while ((await this.inSession(files, (session) => this.migrate(session, planning))) === 'reconnect');
    } catch (error) {
      this.report.fail(error);
      throw error;
    }
    return this.report.finish();
  }

  private inSession(
    files: FilesOfRun,
    work: (session: TargetSession) => Promise<SessionResult>,
  ): Promise<SessionResult> {
    const { parts, report, signal } = this;
    const listener = { onRetry: report.connectionRetry, onAsked: () => files.startReading() };
    return withInterruption(signal, report, () => withSession(parts.database, work, signal, listener));
  }

  /** One read when there is nothing to do; everything else happens under the lock. */
  private async migrate(session: TargetSession, planning: Planning): Promise<SessionResult> {
    const { plan } = await this.readPlan(session, planning);
    if (isNothingToDo(plan)) {
      this.report.warn(plan.warnings);
      return 'done';
    }
    // Without the lock a step in doubt may just be running.
    if (plan.refusals.some(({ code }) => code !== 'STEP_IN_DOUBT'))
      await compileTasks(plan, this.parts, session.executor);
    const known = await this.takeLock(session, planning, plan);
    if (known) return this.migrateLocked(session, planning, known);
    // Another process did the rest, so the execution did not record the end of this run.
    if (this.report.applied.length > 0) await session.history.auditRun(this.runId);
    return 'done';
  }

  /**
   * Reads the history with each attempt, because another process may have run since the last one.
   *
   * @param expected what there most likely is to do.
   * @returns what there is to do; undefined if another process did all the work in the meantime.
   */
  private async takeLock(session: TargetSession, planning: Planning, expected: Plan): Promise<PlannedRun | undefined> {
    const { lock, history } = session;
    let last: PlannedRun | undefined;
    const tryTake = async (): Promise<boolean> => {
      const attempt = lock.tryTakeAndRead(async () => {
        const install = last ? undefined : history.prepareInstall(); // not again and again while it waits
        return { ...(await this.readPlan(session, planning)), install };
      });
      if (!last) queueMicrotask(() => this.compileAhead(expected)); // what was sent is on its way then
      const { taken, read } = await attempt;
      last = read;
      return taken;
    };
    const isStillNeeded = (): boolean => last !== undefined && !isNothingToDo(last.plan);
    const wait = { ...this.lockWait(), isStillNeeded };
    const waitedMs = await acquireLock({ tryTake, holder: () => lock.holder() }, wait);
    if (waitedMs === undefined || !isStillNeeded()) return undefined;
    this.report.emit({ type: 'lock-acquired', waitedMs });
    return last;
  }

  /** Compiles while the server works. What was compiled is not compiled again, and an error comes back under the lock. */
  private compileAhead(plan: Plan): void {
    compilePlan(plan, this.parts).catch(() => {});
  }

  /** @param known what was read since the lock was taken. */
  private async migrateLocked(session: TargetSession, planning: Planning, known: PlannedRun): Promise<SessionResult> {
    const conflicts = new Conflicts(session, this.lockWait());
    let read: PlannedRun | undefined = known;
    for (let installed = false; ; installed = true) {
      const { plan, history, install }: PlannedRun = read ?? (await this.readPlan(session, planning));
      read = undefined;
      if (isNothingToDo(plan)) {
        if (this.report.applied.length > 0) await session.history.auditRun(this.runId);
        return 'done';
      }
      const tasks = await compileTasks(plan, this.parts, session.executor);
      await this.lint(session, await planning.files.set(), tasks);
      if (!installed) {
        await this.install(install ?? ((signal) => session.history.install(signal)));
        if (!this.parts.policy.unlocked) await auditDeadRuns(session.history, history, this.runId);
        this.report.warn(plan.warnings);
      }
      await this.adoptChecksums(session, plan);
      if (tasks.length === 0) return 'done';
      const outcome = await this.runTasks(session, tasks, await planning.files.set());
      if (outcome.kind !== 'conflict') return outcome.kind;
      await conflicts.handle(outcome, history);
    }
  }

  private async readPlan(session: TargetSession, planning: Planning): Promise<PlannedRun> {
    const { plan: whole, history, applied } = await planning.read(session.history);
    this.report.observeApplied(applied);
    const plan = this.limited(whole, await planning.files.set());
    // A history that keeps no records does not know what this run has applied.
    return { history, plan: { ...plan, toRun: plan.toRun.filter(({ file }) => !this.report.hasApplied(file)) } };
  }

  /** What it may apply is decided once: another process may apply some of it while this one waits. */
  private limited(plan: Plan & { readonly statuses: readonly MigrationStatus[] }, set: MigrationSet): Plan {
    if (!this.isWithinKnown) this.within = filesWithin(this.limit, set, plan);
    this.isWithinKnown = true;
    const { within } = this;
    if (!within) return plan;
    this.report.left = plan.toRun.flatMap(({ file }) => (within.has(file) ? [] : [file]));
    return limitPlan(plan, within);
  }

  /** Once per run: a warning stays true for what the next session runs. */
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
      return this.judge(await session.executor.run(tasks, settings, listener), session.history);
    } catch (error) {
      if (!isLostConnection(error) || signal?.aborted || !session.history.keepsRecords) throw error;
      const { backend } = session.lock;
      await session.close(); // the pool may have no other connection
      const { planned, connectionRetry: onRetry } = report;
      const lost = { runId, planned, lockBackend: backend, wait: this.lockWait(), connecting: { onRetry } };
      const { byThisRun, error: partial } = await resolveLoss(parts.database, lost, error);
      report.foundApplied(byThisRun);
      if (partial) throw partial;
      report.warn([finding('LOSS_RESOLVED', { subject: `Run ${runId}`, detail: error.reason })]);
      return { kind: 'done' };
    }
  }

  /** @throws MigrationFailedError; InterruptedError */
  private judge(outcome: Outcome, { keepsRecords }: HistoryStore): { kind: SessionResult } | Conflict {
    const { applied, pending } = this.report;
    if (outcome.kind === 'interrupted')
      throw new InterruptedError(reasonOf(this.signal), applied, pending, cancelledOutcome(this.report));
    if (outcome.kind !== 'failed') return outcome;
    const { failure, cause } = outcome;
    const left = pending.filter((file) => file !== failure.file);
    throw new MigrationFailedError(
      { ...failure, tracked: keepsRecords, applied: [...applied], pending: left },
      { cause },
    );
  }

  private lockWait(): LockWait {
    return {
      timeoutMs: this.parts.policy.migrationLockTimeoutMs,
      target: this.target,
      applied: this.report.applied,
      signal: this.signal,
      onWaiting: this.report.lockWaiting,
    };
  }
}
