import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { MigrationEvent } from '../core/events/events.js';
import type { ForeignTool } from '../core/tools/names.js';
import { Migrator } from '../migrator/migrator.js';
import type { MigrateOptions, MigrationOperations } from '../migrator/operations.js';
import type { DriftReadOptions } from '../migrator/use-cases/catalog/drift.js';
import type { ChangeOptions } from '../migrator/use-cases/change-history.js';
import type { DdlAuditOptions } from '../migrator/use-cases/ddl-audit.js';
import type { ImportOptions } from '../migrator/use-cases/import.js';
import type { LintRunOptions } from '../migrator/use-cases/preview/lint.js';
import type { PlanOptions } from '../migrator/use-cases/preview/plan.js';
import type { AcceptOptions, RepairOptions } from '../migrator/use-cases/repair.js';
import type { UnlockOptions } from '../migrator/use-cases/unlock.js';
import type { AcceptCatalogOptions } from '../migrator/use-cases/catalog/accept-catalog.js';
import type { CheckpointOptions } from '../migrator/use-cases/checkpoint/checkpoint.js';
import type { VerifyOptions } from '../migrator/use-cases/catalog/verify.js';
import type { StepOutcome } from '../migrator/use-cases/resolve.js';
import { MigrationEvents } from './events/migration-events.js';

/**
 * The migrations of one instance. Reads never lock, create or write. SIGTERM, SIGINT, a shutdown of the application or
 * the given signal interrupt a method that changes something.
 */
@Injectable()
export class MigrationsService implements MigrationOperations {
  /** Events of runs, migrations and drift, from the time of subscribing. Completes when the application shuts down. */
  readonly events$: Observable<MigrationEvent>;

  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(MigrationEvents) events: MigrationEvents,
  ) {
    this.events$ = events.events$;
  }

  status() {
    return this.migrator.status();
  }

  history() {
    return this.migrator.history();
  }

  audit() {
    return this.migrator.audit();
  }

  pending() {
    return this.migrator.pending();
  }

  plan(options?: PlanOptions) {
    return this.migrator.plan(options);
  }

  rehearse(signal?: AbortSignal) {
    return this.migrator.rehearse(signal);
  }

  lint(options?: LintRunOptions) {
    return this.migrator.lint(options);
  }

  migrate(options?: MigrateOptions) {
    return this.migrator.migrate(options);
  }

  drift(query?: DriftReadOptions) {
    return this.migrator.drift(query);
  }

  verify(options?: VerifyOptions) {
    return this.migrator.verify(options);
  }

  checkpoint(version: string, options?: CheckpointOptions) {
    return this.migrator.checkpoint(version, options);
  }

  diff(file: string) {
    return this.migrator.diff(file);
  }

  baseline(version: string, options?: ChangeOptions) {
    return this.migrator.baseline(version, options);
  }

  mark(file: string, options?: ChangeOptions) {
    return this.migrator.mark(file, options);
  }

  unmark(file: string, options?: ChangeOptions) {
    return this.migrator.unmark(file, options);
  }

  resolve(file: string, outcome: StepOutcome, options?: ChangeOptions) {
    return this.migrator.resolve(file, outcome, options);
  }

  unlock(options?: UnlockOptions) {
    return this.migrator.unlock(options);
  }

  importFrom(tool: ForeignTool, options?: ImportOptions) {
    return this.migrator.importFrom(tool, options);
  }

  repair(options?: RepairOptions) {
    return this.migrator.repair(options);
  }

  acceptCatalog(options?: AcceptCatalogOptions) {
    return this.migrator.acceptCatalog(options);
  }

  accept(options?: AcceptOptions) {
    return this.migrator.accept(options);
  }

  enableDdlAudit(options?: DdlAuditOptions) {
    return this.migrator.enableDdlAudit(options);
  }

  disableDdlAudit(options?: DdlAuditOptions) {
    return this.migrator.disableDdlAudit(options);
  }

  ddlAudit() {
    return this.migrator.ddlAudit();
  }
}
