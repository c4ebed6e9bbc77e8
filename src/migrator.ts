/**
 * `nestjs-pg-migrations/migrator`: everything without NestJS, for scripts and tests.
 */
import { createMigrator } from './composition/create-migrator.js';
import type { PgPool } from './composition/driver-types.js';
import type { MigratorOptions } from './composition/options.js';
import { resolveMigratorOptions } from './composition/validation/migrator-options.js';
import type { EmitEvent } from './core/events/events.js';
import type { MigrationRun } from './migrator/run/run-report.js';
import { Migrator } from './migrator/migrator.js';
import { createFleetOf } from './composition/fleet/create-fleet.js';
import { resolveFleetOptions } from './composition/fleet/resolve-tenants.js';
import type { TenantDefinition, TenantsOptions } from './composition/fleet/tenants-options.js';
import { Fleet } from './fleet/fleet.js';

/** Options of the functions that take a pool. */
export interface RunOptions extends Omit<
  MigratorOptions,
  'connectionString' | 'connection' | 'pool' | 'migrateWith' | 'tracking'
> {
  /** Receives every event as it happens. @default none */
  onEvent?: EmitEvent;
}

/**
 * Applies the pending migrations, records each one, and stops at the first failure.
 *
 * @throws MigrationFailedError, RefusedError, DirectoryError, ConfigurationError, LockTimeoutError, HistoryTableError,
 *   DatabaseConnectionError
 */
export async function runMigrationsWithTracking(pool: PgPool, options: RunOptions = {}): Promise<MigrationRun> {
  const migrator = migratorFor(pool, options, true);
  try {
    return await migrator.migrate();
  } finally {
    await migrator.recorded(); // recording uses a client of the pool
  }
}

/**
 * Runs every file on every call and records nothing: for fresh and test databases.
 *
 * @throws MigrationFailedError, RefusedError, DirectoryError, ConfigurationError, LockTimeoutError,
 *   DatabaseConnectionError
 */
export function runMigrations(pool: PgPool, options: RunOptions = {}): Promise<MigrationRun> {
  return migratorFor(pool, options, false).migrate();
}

/**
 * Returns the names of the applied migrations, in the order of execution.
 *
 * @throws ConfigurationError, HistoryTableError, DatabaseError, DatabaseConnectionError
 */
export async function getExecutedMigrations(pool: PgPool, options: RunOptions = {}): Promise<string[]> {
  const rows = await migratorFor(pool, options, true).history();
  return rows.filter((row) => row.state === 'applied').map((row) => row.file);
}

/** Creates a migrator, for everything else. Close it when done. @throws ConfigurationError */
export function makeMigrator(options: MigratorOptions & { onEvent?: EmitEvent }): Migrator {
  const { onEvent, ...rest } = options;
  return createMigrator(resolveMigratorOptions(rest), onEvent ?? (() => {}));
}

/** Options of {@link createFleet}. */
export interface FleetOptions extends MigratorOptions {
  /** The tenants, and how their migrations run. */
  tenants: TenantsOptions;
}

/** Creates a fleet: the migrations of many tenants. Close it when done. @throws ConfigurationError */
export function createFleet(options: FleetOptions & { onEvent?: EmitEvent }): Fleet<TenantDefinition> {
  const { onEvent, ...rest } = options;
  const { tenants, ...resolved } = resolveFleetOptions(rest);
  return createFleetOf(resolved, tenants, onEvent ?? (() => {}));
}

function migratorFor(pool: PgPool, { onEvent, ...options }: RunOptions, tracking: boolean): Migrator {
  return makeMigrator({ ...options, pool, tracking, ...(onEvent && { onEvent }) });
}

export { Fleet, Migrator };
export type {
  RolloutOptions,
  TenantDefinition,
  TenantList,
  TenantPages,
  TenantProvider,
  TenantsOptions,
} from './composition/fleet/tenants-options.js';
export type {
  AdoptTenantsOptions,
  DeprovisionOptions,
  FleetHealthOptions,
  FleetRun,
  FleetStatus,
  ProvisionOptions,
  ProvisionPlan,
  RolloutOptions as FleetMigrateOptions,
  WorkOptions,
} from './fleet/fleet-options.js';
export type { FleetDrift, FleetDriftOptions, TenantDrift } from './fleet/drift/fleet-drift.js';
export type { FleetHealth, Tolerance } from './core/tenants/fleet-health.js';
export type { FleetEngineFactory } from './core/ports/engine.js';
export type { RolloutCommand, RunningRollout } from './core/tenants/running-rollout.js';
export type { TenantMigrator } from './fleet/record-of.js';
export type { TenantSelection } from './fleet/selection.js';
export type { RolloutReport, RolloutStop, TenantOutcome, TenantResult } from './core/tenants/report.js';
export { RolloutStoppedError } from './core/tenants/rollout-stopped.js';
export type { Gate, WaveResult } from './core/tenants/rollout-settings.js';
export type { TenantStanding, TenantState } from './core/tenants/standing.js';
export type { FleetEventBody } from './core/events/fleet-events.js';
export type { Tenant, TenantPlace } from './core/tenants/tenant.js';
export type { WaveDefinition } from './core/tenants/waves.js';
export type { ConnectionOptions } from './composition/connection-options.js';
export type { PgConnectionConfig, PgPool, PgPoolClient } from './composition/driver-types.js';
export { defineConfig, type CommandLineConfig } from './composition/define-config.js';
export { lintFiles, type LintFilesOptions } from './composition/lint-files.js';
export type { CatalogOptions, LintOptions, MigratorOptions, TimeoutOptions } from './composition/options.js';
export * from './core/errors/database-errors.js';
export {
  FINDINGS,
  renderFinding,
  type Finding,
  type FindingCode,
  type RecordedCommand,
  type Severity,
} from './core/errors/finding.js';
export type { FindingDefinition, FindingDetails, FindingReason } from './core/errors/finding-definition.js';
export type { Remedy, Voice } from './core/errors/remedy.js';
export * from './core/errors/input-errors.js';
export * from './core/errors/lock-errors.js';
export {
  MigrationFailedError,
  type Aftermath,
  type ExceededLimit,
  type FailedMigration,
  type InTransaction,
} from './core/errors/migration-failed.js';
export * from './core/errors/migration-error.js';
export * from './core/errors/run-errors.js';
export { CheckpointError } from './core/errors/catalog/checkpoint-error.js';
export { ScratchDatabaseError } from './core/errors/catalog/scratch-error.js';
export type {
  CatalogEvent,
  ConnectionEvent,
  DriftEvent,
  EmitEvent,
  EventContext,
  FleetEvent,
  WorkerEvent,
  MigrationEvent,
  RunEvent,
} from './core/events/events.js';
export type { EventLine, LineLevel } from './core/events/event-line.js';
export { renderEvent } from './core/events/render-event.js';
export type { AuditAction, AuditDetails, AuditEntry } from './core/history/audit.js';
export type { DdlEntry } from './core/history/ddl-audit.js';
export type {
  DetailedHistoryRow,
  HistoryRow,
  Notice,
  Origin,
  RecordedStep,
  RowState,
  StepProgress,
} from './core/history/history.js';
export { renderDiagnostic, type Diagnostic } from './core/lint/diagnostic.js';
export type { TableSize } from './core/lint/model/facts.js';
export { LINT_RULE_NAMES, type LintRuleName } from './core/lint/model/rule-names.js';
export type { PlannedLock } from './core/lint/planned-locks.js';
export type { LintLevel } from './core/lint/settings.js';
export type { LockMode } from './core/lint/syntax/lock-modes.js';
export type { Migration } from './core/migration/migration.js';
export type { MigrationOrder } from './core/migration/version.js';
export type {
  NotRehearsed,
  RehearsalFailure,
  RehearsalResult,
  RehearsedMigration,
  SeenLock,
  WrittenRows,
} from './core/ports/rehearsal.js';
export type { SourceLocation } from './core/sql/text/position.js';
export type { HealthCondition, HealthFile, HealthVerdict, MigrationHealth } from './core/status/health.js';
export type { HealthRule, HealthRules, HealthStatus } from './core/status/health-rules.js';
export { DEFAULT_POLICY, type DriftPolicy, type DriftKind, type PolicyAction } from './core/status/policy.js';
export type { RunLimit } from './core/status/run-limit.js';
export type { RepairAction } from './core/status/repair.js';
export type {
  ConfigurationProblem,
  ConfigurationProblemCode,
  GivenOption,
} from './core/problems/configuration-problem.js';
export type { DirectoryProblem, DirectoryProblemCode } from './core/errors/files/directory-problem.js';
export type { CatalogReason } from './core/problems/catalog-reason.js';
export type { FileProblem, FileProblemReason } from './core/problems/file-problem.js';
export type { CheckpointReason } from './core/problems/checkpoint-reason.js';
export type { NonTransactionalReason } from './core/problems/non-transactional-reason.js';
export type { Checkpoint, ReplacedFile } from './core/migration/checkpoint.js';
export type { CoveredFile } from './core/history/covered-file.js';
export type { MigrationState, MigrationStatus } from './core/status/status.js';
export type { StatusSummary } from './core/status/summary.js';
export type { ForeignTool, LayoutName } from './core/tools/names.js';
export type { MigrateOptions, MigrationOperations } from './migrator/operations.js';
export type { DriftReadOptions } from './migrator/use-cases/catalog/drift.js';
export type { MigrationRun } from './migrator/run/run-report.js';
export type { ChangeOptions } from './migrator/use-cases/change-history.js';
export type { DdlAuditOptions } from './migrator/use-cases/ddl-audit.js';
export type { MigrationDiff } from './migrator/use-cases/diff.js';
export type { ImportOptions, ImportReport } from './migrator/use-cases/import.js';
export type { Opinion, RunnableText, SecondOpinion } from './core/lint/second-opinion.js';
export type { LintRunOptions, LintReport } from './migrator/use-cases/preview/lint.js';
export type { PlannedMigration, PlanOptions, PlanReport } from './migrator/use-cases/preview/plan.js';
export type { AcceptCatalogOptions } from './migrator/use-cases/catalog/accept-catalog.js';
export type { CheckpointOptions, CheckpointReport } from './migrator/use-cases/checkpoint/checkpoint.js';
export type { VerifyOptions, VerifyReport } from './migrator/use-cases/catalog/verify.js';
export type { RehearsalReport } from './migrator/use-cases/preview/rehearse.js';
export type { AcceptOptions, RepairOptions } from './migrator/use-cases/repair.js';
export type { StepOutcome } from './migrator/use-cases/resolve.js';
export type { StatusReport } from './migrator/use-cases/status.js';
export type { UnlockOptions, UnlockReport } from './migrator/use-cases/unlock.js';
