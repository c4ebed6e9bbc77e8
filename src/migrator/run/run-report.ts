import { finding, findingKey, type Finding } from '../../core/errors/finding.js';
import { RefusedError } from '../../core/errors/input-errors.js';
import type { LockHolder, LockTimeoutError } from '../../core/errors/lock-errors.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import { MigrationFailedError } from '../../core/errors/migration-failed.js';
import { InterruptedError } from '../../core/errors/run-errors.js';
import { messageOfAny } from '../../core/errors/wording.js';
import type { EmitEvent, RunEventBody } from '../../core/events/events.js';
import type { ConnectionRetry, ExecutionListener } from '../../core/ports/ports.js';

/** The result of a run. */
export interface MigrationRun {
  readonly runId: string;
  /** Migrations that this run applied, in order. */
  readonly applied: readonly string[];
  /** Migrations that another process applied while this one waited for it. */
  readonly appliedByOthers: readonly string[];
  /** Migrations recorded without a checksum that adopted the one of their file. */
  readonly adopted: readonly string[];
  /** The number of migrations that had been applied before. */
  readonly alreadyApplied: number;
  /** In milliseconds. */
  readonly durationMs: number;
  /** Migrations that are still pending, because the run was limited. Absent without a limit. */
  readonly left?: readonly string[];
}

/** Tracks what a run has done and emits its events, each with the run, the target and the time. */
export class RunReport {
  /** Migrations that this run applied, in order. */
  readonly applied: string[] = [];
  private readonly appliedFiles = new Set<string>();
  /** Migrations planned for execution, in order. */
  planned: readonly string[] = [];
  /** Migrations beyond the limit of the run. */
  left: readonly string[] | undefined;
  private running: string | undefined;
  private adopted: readonly string[] = [];
  private readonly startedAt = performance.now();
  private readonly warned = new Set<string>();
  private appliedAtFirst: ReadonlySet<string> | undefined;
  private appliedByOthers: readonly string[] = [];

  constructor(
    private readonly runId: string,
    private readonly target: string,
    private readonly listener: EmitEvent,
  ) {
    this.emit({ type: 'run-started' });
  }

  emit(event: RunEventBody): void {
    this.listener({ ...event, runId: this.runId, target: this.target, at: new Date() });
  }

  readonly connectionRetry = (retry: ConnectionRetry): void =>
    this.listener({ type: 'connection-retry', runId: this.runId, target: this.target, at: new Date(), ...retry });

  get isExecuting(): boolean {
    return this.running !== undefined;
  }

  get pending(): readonly string[] {
    return this.planned.filter((file) => !this.hasApplied(file));
  }

  /** True if this run applied that migration. */
  hasApplied(file: string): boolean {
    return this.appliedFiles.has(file);
  }

  /** Call it with the applied migrations after each read of the history. */
  observeApplied(files: readonly string[]): void {
    const first = (this.appliedAtFirst ??= new Set(files));
    this.appliedByOthers = files.filter((file) => !first.has(file) && !this.hasApplied(file));
  }

  /** Announces what is about to be executed and returns the listener for its execution. */
  beginExecution(planned: readonly string[]): ExecutionListener {
    this.planned = planned;
    this.running = undefined;
    this.emit({ type: 'run-planned', pending: planned, alreadyApplied: this.alreadyApplied });
    return this.executionListener(this.applied.length);
  }

  warn(findings: readonly Finding[]): void {
    for (const each of findings) {
      const key = findingKey(each);
      if (this.warned.has(key)) continue; // a new session of the same run finds it again
      this.warned.add(key);
      this.emit({ type: 'warning', finding: each });
    }
  }

  adoptedChecksums(files: readonly string[]): void {
    this.adopted = [...this.adopted, ...files];
    this.warn([finding('CHECKSUMS_ADOPTED', { subject: this.target, names: files })]);
  }

  /** The history shows what a run had applied when its connection was lost. */
  foundApplied(files: readonly string[]): void {
    for (const file of files) if (!this.hasApplied(file)) this.addApplied(file, undefined);
  }

  private addApplied(file: string, durationMs: number | undefined): void {
    this.applied.push(file);
    this.appliedFiles.add(file);
    this.emit({ type: 'migration-applied', file, durationMs });
  }

  readonly lockWaiting = (waitedMs: number, remainingMs: number, holder: LockHolder | undefined): void =>
    this.emit({ type: 'lock-waiting', waitedMs, remainingMs, holder });

  /** @param before the number of migrations that this run applied earlier. */
  private executionListener(before: number): ExecutionListener {
    const { planned } = this;
    const numbers = new Map(planned.map((file, i) => [file, before + i + 1]));
    return {
      started: ({ file }) => {
        if (this.running === file) return; // it starts again, statement by statement
        this.running = file;
        this.emit({ type: 'migration-started', file, number: numbers.get(file) ?? 0, of: before + planned.length });
      },
      runningSteps: ({ file }, first, last, of) =>
        this.emit({ type: 'migration-step', file, step: first + 1, lastStep: last + 1, of }),
      notice: ({ file }, notice) => this.emit({ type: 'migration-notice', file, notice }),
      retrying: ({ file }, attempt, reason, pauseMs) =>
        this.emit({ type: 'migration-retry', file, attempt, reason, pauseMs }),
      warning: (found) => this.warn([found]),
      applied: ({ file }, durationMs) => {
        this.running = undefined;
        this.addApplied(file, durationMs);
      },
    };
  }

  finish(): MigrationRun {
    const { runId, applied, appliedByOthers, adopted, alreadyApplied, durationMs } = this;
    const limited = this.left && { left: this.left };
    this.emit({ type: 'run-finished', applied, appliedByOthers, alreadyApplied, durationMs, ...limited });
    return { runId, applied, appliedByOthers, adopted, alreadyApplied, durationMs, ...limited };
  }

  /** Emits the event that ends a run with an error. */
  fail(error: unknown): void {
    const { applied, durationMs } = this;
    const refusals = error instanceof RefusedError ? error.refusals : [];
    const text = messageOfAny(error);
    if (error instanceof MigrationFailedError) this.emit({ type: 'migration-failed', file: error.file, error: text });
    if (refusals.length > 0) this.emit({ type: 'run-refused', refusals, durationMs });
    else if (error instanceof InterruptedError)
      this.emit({ type: 'run-interrupted', by: error.by, error: text, applied, durationMs });
    else {
      const code = error instanceof MigrationError ? error.code : undefined;
      this.emit({ type: 'run-failed', code, error: text, applied, durationMs });
    }
  }

  private get alreadyApplied(): number {
    return this.appliedAtFirst?.size ?? 0;
  }

  private get durationMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }
}

/** The error of a run that failed after it had changed something. */
export type RunFailure = MigrationFailedError | LockTimeoutError;

/** Called once, when it is known how a run ended. */
export interface RunEnd {
  readonly finished: () => void;
  readonly failed: (error: RunFailure) => void;
}

/** Emits the event that ends a run and then returns its result. */
export function endOf(
  report: RunReport,
  fulfil: (run: MigrationRun) => void,
  reject: (error: RunFailure) => void,
): RunEnd {
  return {
    finished: () => fulfil(report.finish()),
    failed: (error) => {
      report.fail(error);
      reject(error);
    },
  };
}
