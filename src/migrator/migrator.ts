import { findDrift, type DriftFinding } from '../core/status/drift.js';
import { ConfigurationError } from '../core/errors/errors.js';
import { judgeHealth, type MigrationHealth } from '../core/status/health.js';
import { FOREIGN_TOOLS, type ForeignTool } from '../core/tools/foreign-tools.js';
import type { HistoryRow } from '../core/status/history.js';
import type { RepairAction } from '../core/status/repair.js';
import { isToRun, type MigrationStatus } from '../core/status/status.js';
import type { Dependencies } from './run/dependencies.js';
import { importFrom, type ImportOptions, type ImportReport } from './use-cases/import.js';
import { migrate, type MigrateSettings, type MigrationRun } from './run/migrate.js';
import { plan, type PlanReport } from './use-cases/plan.js';
import { baseline, mark } from './use-cases/record.js';
import { repair, type RepairOptions } from './use-cases/repair.js';
import { runUntracked } from './run/run-untracked.js';
import { history, readStatuses, status, UNTRACKED_STATUS, type StatusReport } from './use-cases/status.js';
import { validate } from './use-cases/validate.js';

export interface MigratorSettings extends MigrateSettings {
  /** False: every file runs at every call of `migrate`, and nothing is recorded. */
  readonly tracking: boolean;
}

/** All use cases on one target: a connection, a directory and a history table. */
export class Migrator {
  constructor(
    private readonly dependencies: Dependencies,
    private readonly settings: MigratorSettings,
    private readonly closeReader: () => Promise<void>,
  ) {}

  get tracked(): boolean {
    return this.settings.tracking;
  }

  /**
   * Applies what is pending; without tracking, runs every file. The signal gives the run up: what is under way is
   * rolled back.
   */
  migrate(signal?: AbortSignal): Promise<MigrationRun> {
    const run = this.tracked ? migrate : runUntracked;
    return run(this.dependencies, this.settings, signal);
  }

  /** Throws when something is pending or failed. Without tracking nothing can be. */
  async validate(): Promise<void> {
    if (this.tracked) await validate(this.dependencies, this.settings.policy);
  }

  async status(): Promise<StatusReport> {
    return this.tracked ? status(this.dependencies) : UNTRACKED_STATUS;
  }

  /** All rows, failed ones included, in the order of execution. */
  async history(): Promise<HistoryRow[]> {
    return history(this.dependencies);
  }

  /** What the next run would execute, failed ones included. */
  async pending(): Promise<MigrationStatus[]> {
    return (await readStatuses(this.dependencies)).filter(({ state, onDisk }) => onDisk && isToRun(state));
  }

  /** What a run would do now. */
  plan(): Promise<PlanReport> {
    return plan(this.dependencies, this.settings.policy);
  }

  /** How files and history disagree now. */
  async drift(): Promise<DriftFinding[]> {
    return this.tracked ? findDrift(await readStatuses(this.dependencies)) : [];
  }

  async health(): Promise<MigrationHealth> {
    return judgeHealth(this.tracked ? await readStatuses(this.dependencies) : []);
  }

  async baseline(version: string): Promise<string[]> {
    this.assertTracked();
    return baseline(this.dependencies, this.settings.lockTimeoutMs, version);
  }

  async mark(file: string): Promise<string[]> {
    this.assertTracked();
    return mark(this.dependencies, this.settings.lockTimeoutMs, file);
  }

  async importFrom(tool: ForeignTool, options?: ImportOptions): Promise<ImportReport> {
    this.assertTracked();
    if (!FOREIGN_TOOLS.includes(tool)) {
      const known = FOREIGN_TOOLS.join(', ');
      throw new ConfigurationError('INVALID_OPTIONS', [
        `${JSON.stringify(tool)} is no tool that can be imported from; these are: ${known}`,
      ]);
    }
    return importFrom(this.dependencies, this.settings.lockTimeoutMs, tool, options);
  }

  async repair(options?: RepairOptions): Promise<RepairAction[]> {
    this.assertTracked();
    return repair(this.dependencies, this.settings.lockTimeoutMs, options);
  }

  private assertTracked(): void {
    if (!this.tracked) {
      throw new ConfigurationError('INVALID_OPTIONS', ['tracking is false: there is no history to record anything in']);
    }
  }

  /** Closes connections of its own. A caller's pool is left alone. */
  close(): Promise<void> {
    return this.closeReader();
  }
}
