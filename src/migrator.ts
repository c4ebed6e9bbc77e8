/**
 * `nestjs-pg-migrations/migrator`: everything without NestJS, for scripts and tests.
 */
import type { Pool } from 'pg';
import { createMigrator } from './composition/create-migrator.js';
import { resolveMigratorOptions, type MigratorOptions } from './composition/options.js';
import type { EmitEvent } from './core/events/events.js';
import type { MigrationRun } from './migrator/run/migrate.js';
import { Migrator } from './migrator/migrator.js';

/** Options of the functions that take a pool. */
export interface RunOptions extends Omit<
  MigratorOptions,
  'connectionString' | 'connection' | 'pool' | 'migrateWith' | 'tracking'
> {
  /** Told of everything that happens, as it happens. */
  onEvent?: EmitEvent;
}

/**
 * Applies the migrations that are not applied yet, records each one, and stops at the first failure.
 *
 * @throws MigrationFailedError, RefusedError, DirectoryError, ConfigurationError, LockTimeoutError, HistoryTableError,
 *   DatabaseConnectionError
 */
export function runMigrationsWithTracking(pool: Pool, options: RunOptions = {}): Promise<MigrationRun> {
  return migratorFor(pool, options, true).migrate();
}

/** Runs every file, every time, and records nothing: for fresh and test databases. */
export function runMigrations(pool: Pool, options: RunOptions = {}): Promise<MigrationRun> {
  return migratorFor(pool, options, false).migrate();
}

/** Names of the migrations that were applied successfully, in the order of execution. */
export async function getExecutedMigrations(pool: Pool, options: RunOptions = {}): Promise<string[]> {
  const rows = await migratorFor(pool, options, true).history();
  return rows.filter((row) => row.state === 'applied').map((row) => row.file);
}

/** A migrator for anything beyond that. Close it when done. @throws ConfigurationError */
export function makeMigrator(options: MigratorOptions & { onEvent?: EmitEvent }): Migrator {
  const { onEvent, ...rest } = options;
  return createMigrator(resolveMigratorOptions(rest), onEvent ?? (() => {}));
}

function migratorFor(pool: Pool, { onEvent, ...options }: RunOptions, tracking: boolean): Migrator {
  return makeMigrator({ ...options, pool, tracking, ...(onEvent && { onEvent }) });
}

export { Migrator };
export type { ConnectionOptions } from './composition/connection-options.js';
export type { MigratorOptions, TimeoutOptions } from './composition/options.js';
export type { MigrationRun } from './migrator/run/migrate.js';
export type { ImportOptions, ImportReport } from './migrator/use-cases/import.js';
export type { ForeignTool } from './core/tools/foreign-tools.js';
export type { LayoutName } from './core/tools/layouts.js';
export type { PlanReport, PlannedMigration } from './migrator/use-cases/plan.js';
export type { RepairOptions } from './migrator/use-cases/repair.js';
export type { StatusReport } from './migrator/use-cases/status.js';
export * from './core/errors/errors.js';
export { MigrationFailedError, type Aftermath, type FailedMigration } from './core/errors/migration-failed.js';
export type { EmitEvent, MigrationEvent, Notice } from './core/events/events.js';
export type { DriftFinding } from './core/status/drift.js';
export type { HistoryRow, Origin, RowState, StepProgress } from './core/status/history.js';
export type { MigrationHealth } from './core/status/health.js';
export type { MigrationState, MigrationStatus } from './core/status/status.js';
export type { RepairAction } from './core/status/repair.js';
export type { SourceLocation } from './core/sql/text/position.js';
export type { StatusSummary } from './core/status/summary.js';
