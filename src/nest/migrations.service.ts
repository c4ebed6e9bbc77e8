import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { DriftFinding } from '../core/status/drift.js';
import type { MigrationEvent } from '../core/events/events.js';
import type { ForeignTool } from '../core/tools/foreign-tools.js';
import type { HistoryRow } from '../core/status/history.js';
import type { RepairAction } from '../core/status/repair.js';
import type { MigrationStatus } from '../core/status/status.js';
import type { ImportOptions, ImportReport } from '../migrator/use-cases/import.js';
import type { MigrationRun } from '../migrator/run/migrate.js';
import { Migrator } from '../migrator/migrator.js';
import type { PlanReport } from '../migrator/use-cases/plan.js';
import type { RepairOptions } from '../migrator/use-cases/repair.js';
import type { StatusReport } from '../migrator/use-cases/status.js';
import { MigrationEvents } from './events/migration-events.js';

/** Migrations, from anywhere in the application. Reads never lock, create or write. */
@Injectable()
export class MigrationsService {
  /**
   * Everything that happens from the moment of subscribing: runs, migrations, drift. Completes when the application
   * shuts down.
   */
  readonly events$: Observable<MigrationEvent>;

  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(MigrationEvents) events: MigrationEvents,
  ) {
    this.events$ = events.events$;
  }

  /** Every migration with its state, and a summary. */
  status(): Promise<StatusReport> {
    return this.migrator.status();
  }

  /** All rows of the history, failed ones included, in the order of execution. */
  history(): Promise<HistoryRow[]> {
    return this.migrator.history();
  }

  /** What the next run would execute, failed ones included. */
  pending(): Promise<MigrationStatus[]> {
    return this.migrator.pending();
  }

  /** What a run would do now, and why it would refuse. */
  plan(): Promise<PlanReport> {
    return this.migrator.plan();
  }

  /**
   * Applies what is pending; safe to call on several replicas at once.
   *
   * @param signal gives the run up: what is under way is cancelled and rolled back.
   *
   * @throws MigrationFailedError, RefusedError, DirectoryError, LockTimeoutError, HistoryTableError,
   *   DatabaseConnectionError
   */
  migrate(signal?: AbortSignal): Promise<MigrationRun> {
    return this.migrator.migrate(signal);
  }

  /** How files and history disagree now. */
  drift(): Promise<DriftFinding[]> {
    return this.migrator.drift();
  }

  /**
   * Records every migration up to and including a version or file as applied, without running any.
   *
   * @returns the files recorded now. @throws UnknownMigrationError
   */
  baseline(version: string): Promise<string[]> {
    return this.migrator.baseline(version);
  }

  /**
   * Records one migration as applied without running it. @returns the file, or nothing when it was applied already.
   * @throws UnknownMigrationError
   */
  mark(file: string): Promise<string[]> {
    return this.migrator.mark(file);
  }

  /**
   * Takes over the history of another tool: what it has applied is recorded here as applied. Nothing is run, and its
   * table is left as it is.
   *
   * @throws HistoryTableError when its table cannot be found or read.
   */
  importFrom(tool: ForeignTool, options?: ImportOptions): Promise<ImportReport> {
    return this.migrator.importFrom(tool, options);
  }

  /**
   * Brings recorded checksums and names in line with the files. `{ dryRun: true }` only shows the plan. @returns the
   * changes.
   */
  repair(options?: RepairOptions): Promise<RepairAction[]> {
    return this.migrator.repair(options);
  }
}
