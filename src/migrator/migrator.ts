import { findDrift, type DriftFinding } from '../core/drift.js';
import { judgeHealth, type MigrationHealth } from '../core/health.js';
import type { ForeignTool } from '../core/foreign-tools.js';
import type { HistoryRow } from '../core/history.js';
import type { RepairAction } from '../core/repair.js';
import { isToRun, type MigrationStatus } from '../core/status.js';
import type { Dependencies } from './dependencies.js';
import { importFrom, type ImportOptions, type ImportReport } from './import.js';
import { migrate, type MigrateSettings, type MigrationRun } from './migrate.js';
import { plan, type PlanReport } from './plan.js';
import { baseline, mark } from './record.js';
import { repair, type RepairOptions } from './repair.js';
import { runUntracked } from './run-untracked.js';
import { history, readStatuses, status, UNTRACKED_STATUS, type StatusReport } from './status.js';
import { validate } from './validate.js';

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

  /** Applies what is pending; without tracking, runs every file. */
  migrate(): Promise<MigrationRun> {
    return this.tracked ? migrate(this.dependencies, this.settings) : runUntracked(this.dependencies, this.settings);
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
    return this.tracked ? history(this.dependencies) : [];
  }

  /** What the next run would execute, failed ones included. */
  async pending(): Promise<MigrationStatus[]> {
    if (!this.tracked) return [];
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

  baseline(version: string): Promise<string[]> {
    return baseline(this.dependencies, this.settings.lockTimeoutMs, version);
  }

  mark(file: string): Promise<string[]> {
    return mark(this.dependencies, this.settings.lockTimeoutMs, file);
  }

  importFrom(tool: ForeignTool, options?: ImportOptions): Promise<ImportReport> {
    return importFrom(this.dependencies, this.settings.lockTimeoutMs, tool, options);
  }

  repair(options?: RepairOptions): Promise<RepairAction[]> {
    return repair(this.dependencies, this.settings.lockTimeoutMs, options);
  }

  /** Closes connections of its own. A caller's pool is left alone. */
  close(): Promise<void> {
    return this.closeReader();
  }
}
