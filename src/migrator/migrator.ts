import type { Finding } from '../core/errors/finding.js';
import { ConfigurationError } from '../core/errors/input-errors.js';
import type { AuditEntry } from '../core/history/audit.js';
import type { DdlEntry } from '../core/history/ddl-audit.js';
import type { DetailedHistoryRow } from '../core/history/history.js';
import type { IncidentStore } from '../core/status/incidents.js';
import { assessHealth, type MigrationHealth } from '../core/status/health.js';
import type { RepairAction } from '../core/status/repair.js';
import { limitProblems } from '../core/status/run-limit.js';
import { needsRun, type MigrationStatus } from '../core/status/status.js';
import type { ForeignTool } from '../core/tools/names.js';
import type { MigrateOptions, MigrationOperations } from './operations.js';
import type { MigratorHost } from './migrator-host.js';
import { RunningOperations } from './running-operations.js';
import { assertAllowed, type MigratorParts } from './run/parts.js';
import { refreshCatalog } from './run/catalog/run-catalog.js';
import { Run } from './run/run.js';
import type { MigrationRun } from './run/run-report.js';
import type { ChangeOptions } from './use-cases/change-history.js';
import { acceptCatalog, type AcceptCatalogOptions } from './use-cases/catalog/accept-catalog.js';
import { drift, type DriftReadOptions } from './use-cases/catalog/drift.js';
import { verify, type VerifyOptions, type VerifyReport } from './use-cases/catalog/verify.js';
import { checkpoint, type CheckpointOptions, type CheckpointReport } from './use-cases/checkpoint/checkpoint.js';
import { setDdlAudit, type DdlAuditOptions } from './use-cases/ddl-audit.js';
import { diff, type MigrationDiff } from './use-cases/diff.js';
import { HealthCheck } from './use-cases/health.js';
import { assertKnownTool, importFrom, type ImportOptions, type ImportReport } from './use-cases/import.js';
import { lint, type LintRunOptions, type LintReport } from './use-cases/preview/lint.js';
import { plan, type PlanOptions, type PlanReport } from './use-cases/preview/plan.js';
import { rehearse, type RehearsalReport } from './use-cases/preview/rehearse.js';
import { baseline, mark } from './use-cases/record.js';
import { accept, repair, type AcceptOptions, type RepairOptions } from './use-cases/repair.js';
import { resolve, type StepOutcome } from './use-cases/resolve.js';
import { history, readStatuses, status, UNTRACKED_STATUS, type StatusReport } from './use-cases/status.js';
import { unlock, type UnlockOptions, type UnlockReport } from './use-cases/unlock.js';
import { unmark } from './use-cases/unmark.js';
import { validate } from './use-cases/validate.js';

/**
 * All operations on the migrations of one target. Create one with `makeMigrator()`. Reads never lock, create or write.
 * SIGTERM, SIGINT, the given signal and {@link stop} interrupt operations that change something.
 */
export class Migrator implements MigrationOperations {
  readonly #parts: MigratorParts;
  readonly #host: MigratorHost;
  readonly #operations: RunningOperations;
  readonly #health = new HealthCheck();

  private constructor(parts: MigratorParts, host: MigratorHost) {
    this.#parts = parts;
    this.#host = host;
    this.#operations = new RunningOperations(host.interruptible);
  }

  /** @internal */
  static of(parts: MigratorParts, host: MigratorHost): Migrator {
    return new this(parts, host); // the bundler renames a class that refers to itself by name
  }

  /** False when every call of {@link migrate} runs every file and nothing is recorded. */
  get tracked(): boolean {
    return this.#host.tracked;
  }

  /** The database and history table: `app/shared.schema_migrations`. */
  get target(): string {
    return this.#parts.database.target.name;
  }

  /** @internal */
  get incidents(): IncidentStore {
    return this.#parts.incidents;
  }

  async migrate({ signal, ...limit }: MigrateOptions = {}): Promise<MigrationRun> {
    const problems = limitProblems(limit);
    if (problems.length > 0) throw new ConfigurationError('INVALID_OPTIONS', problems);
    await assertAllowed(this.#parts);
    await this.recorded();
    return new Promise((fulfil, reject) => {
      const work = this.#operations.run(signal, (combined, recording) =>
        new Run(this.#parts, combined, recording, limit).execute(
          (run) => fulfil(this.#operations.onlyRecords(work, run)),
          (error) => reject(this.#operations.onlyRecords(work, error)),
        ),
      );
      work.catch(reject);
    });
  }

  /** Waits until the runs that have ended have recorded the catalog. @internal */
  recorded(): Promise<void> {
    return this.#operations.recorded();
  }

  /** Brings the record of the catalog up to date if it cannot be compared. Never rejects. @internal */
  async refreshCatalog(): Promise<void> {
    await this.recorded();
    await this.#operations.run(undefined, (signal) => refreshCatalog(this.#parts, signal));
  }

  /**
   * Checks that no migration is pending or failed. Without tracking it always succeeds.
   *
   * @returns the warnings that a run would give.
   * @throws NotUpToDateError, RefusedError, DirectoryError, DatabaseConnectionError
   */
  async validate(): Promise<readonly Finding[]> {
    return this.tracked ? validate(this.#parts) : [];
  }

  async status(): Promise<StatusReport> {
    return this.tracked ? status(this.#parts) : UNTRACKED_STATUS;
  }

  async history(): Promise<DetailedHistoryRow[]> {
    return history(this.#parts);
  }

  async audit(): Promise<AuditEntry[]> {
    return [...(await this.#parts.reader.readAudit())];
  }

  async pending(): Promise<MigrationStatus[]> {
    return (await readStatuses(this.#parts)).filter(({ state, onDisk }) => onDisk && needsRun(state));
  }

  plan(options?: PlanOptions): Promise<PlanReport> {
    return plan(this.#parts, options);
  }

  async rehearse(signal?: AbortSignal): Promise<RehearsalReport> {
    await assertAllowed(this.#parts);
    return this.#operations.run(signal, (combined) => rehearse(this.#parts, combined));
  }

  async lint({ database = true, secondOpinion }: LintRunOptions = {}): Promise<LintReport> {
    const { target } = this.#parts.database;
    return lint({ ...this.#parts, target, secondOpinion }, database ? this.#parts : undefined);
  }

  async drift(options: DriftReadOptions = {}): Promise<Finding[]> {
    await this.recorded();
    return this.tracked ? drift(this.#parts, options) : [];
  }

  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    this.#assertTracked('compare with');
    return this.#operations.run(options.signal, (signal) => verify(this.#parts, options, signal));
  }

  async checkpoint(version: string, options: CheckpointOptions = {}): Promise<CheckpointReport> {
    return this.#operations.run(options.signal, (signal) => checkpoint(this.#parts, version, options, signal));
  }

  async diff(file: string): Promise<MigrationDiff> {
    return diff(this.#parts, file);
  }

  /** Checks whether the database is ready for this release. Cheap enough for frequent checks. */
  async health(): Promise<MigrationHealth> {
    if (!this.tracked) return assessHealth([], this.#parts.policy);
    return this.#health.check(this.#parts);
  }

  baseline(version: string, options: ChangeOptions = {}): Promise<string[]> {
    return this.#change(options, (combined) => baseline(this.#parts, version, combined));
  }

  mark(file: string, options: ChangeOptions = {}): Promise<string[]> {
    return this.#change(options, (combined) => mark(this.#parts, file, combined));
  }

  unmark(file: string, options: ChangeOptions = {}): Promise<string[]> {
    return this.#change(options, (combined) => unmark(this.#parts, file, combined));
  }

  resolve(file: string, outcome: StepOutcome, options: ChangeOptions = {}): Promise<string> {
    return this.#change(options, (combined) => resolve(this.#parts, file, outcome, combined));
  }

  unlock(options: UnlockOptions = {}): Promise<UnlockReport> {
    return this.#change(options, (combined) => unlock(this.#parts, combined));
  }

  repair(options: RepairOptions = {}): Promise<RepairAction[]> {
    return this.#change(options, (combined) => repair(this.#parts, combined));
  }

  acceptCatalog(options: AcceptCatalogOptions = {}): Promise<Finding[]> {
    return this.#change(options, (combined) => acceptCatalog(this.#parts, combined));
  }

  accept(options: AcceptOptions = {}): Promise<RepairAction[]> {
    return this.#change(options, (combined) => accept(this.#parts, combined));
  }

  async importFrom(tool: ForeignTool, options: ImportOptions = {}): Promise<ImportReport> {
    assertKnownTool(tool);
    return this.#change(options, (combined) => importFrom(this.#parts, tool, combined));
  }

  enableDdlAudit(options: DdlAuditOptions = {}): Promise<string> {
    return this.#setDdlAudit(true, options);
  }

  disableDdlAudit(options: DdlAuditOptions = {}): Promise<string> {
    return this.#setDdlAudit(false, options);
  }

  async ddlAudit(): Promise<DdlEntry[]> {
    return [...(await this.#parts.reader.readDdlAudit())];
  }

  /**
   * Interrupts all running and later operations, and waits until they end. A run that has just finished gets
   * five seconds to record the catalog.
   */
  async stop(reason = 'a request'): Promise<void> {
    await this.#operations.stop(reason);
  }

  /** Stops and closes its own connections. A pool of the caller stays open. */
  async close(): Promise<void> {
    await this.stop('the end of its migrator');
    await this.#host.close();
  }

  #setDdlAudit(enabled: boolean, options: DdlAuditOptions): Promise<string> {
    return this.#change(options, ({ signal, dryRun = false }) => setDdlAudit(this.#parts, enabled, dryRun, signal));
  }

  /** @param work receives the options with the signal that interrupts the change. */
  async #change<Options extends ChangeOptions, T>(
    options: Options,
    work: (options: Options & { readonly signal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    await this.recorded(); // it holds the lock
    this.#assertTracked('change');
    await assertAllowed(this.#parts);
    return this.#operations.run(options.signal, (signal) => work({ ...options, signal }));
  }

  /** @throws ConfigurationError without a history. */
  #assertTracked(purpose: string): void {
    if (this.tracked) return;
    const detail = `is false: there is no history to ${purpose}`;
    throw new ConfigurationError('INVALID_OPTIONS', [{ option: 'tracking', code: 'disabled', given: 'false', detail }]);
  }
}
