import type { Finding } from '../core/errors/finding.js';
import type { AuditEntry } from '../core/history/audit.js';
import type { DdlEntry } from '../core/history/ddl-audit.js';
import type { DetailedHistoryRow } from '../core/history/history.js';
import type { RepairAction } from '../core/status/repair.js';
import type { RunLimit } from '../core/status/run-limit.js';
import type { MigrationStatus } from '../core/status/status.js';
import type { ForeignTool } from '../core/tools/names.js';
import type { MigrationRun } from './run/run-report.js';
import type { ChangeOptions } from './use-cases/change-history.js';
import type { CheckpointOptions, CheckpointReport } from './use-cases/checkpoint/checkpoint.js';
import type { DdlAuditOptions } from './use-cases/ddl-audit.js';
import type { MigrationDiff } from './use-cases/diff.js';
import type { ImportOptions, ImportReport } from './use-cases/import.js';
import type { LintRunOptions, LintReport } from './use-cases/preview/lint.js';
import type { PlanOptions, PlanReport } from './use-cases/preview/plan.js';
import type { UnlockOptions, UnlockReport } from './use-cases/unlock.js';
import type { AcceptCatalogOptions } from './use-cases/catalog/accept-catalog.js';
import type { DriftReadOptions } from './use-cases/catalog/drift.js';
import type { VerifyOptions, VerifyReport } from './use-cases/catalog/verify.js';
import type { RehearsalReport } from './use-cases/preview/rehearse.js';
import type { AcceptOptions, RepairOptions } from './use-cases/repair.js';
import type { StepOutcome } from './use-cases/resolve.js';
import type { StatusReport } from './use-cases/status.js';

/** Options of `migrate()`. */
export interface MigrateOptions extends RunLimit {
  /** Interrupts the run: the running statement is cancelled. @default none */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What can be done with the migrations of one target. Reads never lock, create or write. SIGTERM, SIGINT and the given
 * signal interrupt operations that change something. Without tracking, an operation that changes only the history throws
 * a ConfigurationError; with `{ dryRun: true }` it only returns what it would change.
 */
export interface MigrationOperations {
  /**
   * Applies the pending migrations, all of them or up to a limit; without tracking, runs every file. Safe to call on
   * several replicas at once.
   *
   * @throws ConfigurationError, UnknownMigrationError if the limit is wrong; InterruptedError, DirectoryError, RefusedError, MigrationFailedError, LockTimeoutError, LockLostError,
   *   HistoryTableError, DatabaseConnectionError
   */
  migrate(options?: MigrateOptions): Promise<MigrationRun>;

  /**
   * Returns every migration with its state, and a summary.
   *
   * @throws DirectoryError, HistoryTableError, DatabaseError, DatabaseConnectionError
   */
  status(): Promise<StatusReport>;

  /**
   * Returns all rows of the history, including failed ones, with roles, server messages and progress. They are in the
   * order of execution; rows without a time come first.
   *
   * @throws HistoryTableError, DatabaseError, DatabaseConnectionError
   */
  history(): Promise<DetailedHistoryRow[]>;

  /**
   * Returns the audit, oldest entry first: who ran migrations or changed the history, when and why. Empty for a
   * history of an older release, and if the role that migrates cannot write the audit.
   *
   * @throws DatabaseError, DatabaseConnectionError
   */
  audit(): Promise<AuditEntry[]>;

  /**
   * Returns the migrations that the next run would execute, including failed ones.
   *
   * @throws DirectoryError, HistoryTableError, DatabaseError, DatabaseConnectionError
   */
  pending(): Promise<MigrationStatus[]>;

  /** Returns what a run would do now, and why it would be refused. @throws DirectoryError, DatabaseConnectionError */
  plan(options?: PlanOptions): Promise<PlanReport>;

  /**
   * Runs the pending transactional migrations in one transaction, under the migration lock, and rolls it back: which
   * locks they take, which rows they write, which tables they rewrite, and how long they run. The locks are real and
   * held until the end, so other sessions may have to wait; sequences are not reset. Migrations that cannot run in a
   * transaction are left out.
   *
   * @param signal interrupts the rehearsal: the running statement is cancelled.
   * @throws InterruptedError, DirectoryError, LockTimeoutError, DatabaseError, DatabaseConnectionError
   */
  rehearse(signal?: AbortSignal): Promise<RehearsalReport>;

  /**
   * Lints the pending migrations: finds statements that would block or break the application in production. Each
   * rule has a section in docs/lint.md.
   *
   * @throws DirectoryError, DatabaseConnectionError
   */
  lint(options?: LintRunOptions): Promise<LintReport>;

  /**
   * Returns how files, history and database disagree now.
   *
   * @throws DirectoryError, HistoryTableError, DatabaseError, DatabaseConnectionError
   */
  drift(query?: DriftReadOptions): Promise<Finding[]>;

  /**
   * Applies the same migrations as in the database to a scratch database, compares their catalogs, and drops the
   * scratch database: for a database without a record of its catalog. It is created on the same server,
   * or on another one.
   *
   * @throws ScratchDatabaseError if it cannot be created, or a migration fails in it; RefusedError for statements that
   *   change more than their database; UnknownMigrationError; InterruptedError, DirectoryError, DatabaseConnectionError
   */
  verify(options?: VerifyOptions): Promise<VerifyReport>;

  /**
   * Writes one file that leaves an empty database as the migrations up to and including a version do: the same catalog,
   * rows and sequences. It is proven in two scratch databases first. A database without any applied migration then
   * starts at that file; every other database ignores it. Needs `pg_dump`.
   *
   * @param version a version (`016`, which includes every file with that number) or a file name.
   * @throws CheckpointError if there is no suitable `pg_dump`, or the result would differ; RefusedError for migrations
   *   that it cannot contain; ScratchDatabaseError, UnknownMigrationError, InterruptedError, DirectoryError,
   *   DatabaseConnectionError
   */
  checkpoint(version: string, options?: CheckpointOptions): Promise<CheckpointReport>;

  /**
   * Returns what changed in a file since it was applied. Secrets are masked.
   *
   * @param file its name on disk or in the history.
   * @throws UnknownMigrationError when there is no such file or row.
   */
  diff(file: string): Promise<MigrationDiff>;

  /**
   * Records every migration up to and including a version as applied, without running any: for a database that already
   * has these objects.
   *
   * @param version a version (`016`, which includes every file with that number) or a file name.
   * @returns the files recorded now; those applied before are left unchanged.
   * @throws UnknownMigrationError when no file has that version or name; RefusedError while a step of one is in doubt.
   */
  baseline(version: string, options?: ChangeOptions): Promise<string[]>;

  /**
   * Records one migration as applied without running it.
   *
   * @returns the file, or an empty array if it was already applied.
   * @throws UnknownMigrationError when there is no such file; RefusedError while a step of it is in doubt.
   */
  mark(file: string, options?: ChangeOptions): Promise<string[]>;

  /**
   * Removes a migration's row from the history, for a migration that failed, whose file is gone, or that was recorded
   * by mistake. Runs nothing; a file that still exists is pending afterwards.
   *
   * @param file name in the history.
   * @returns the file.
   * @throws UnknownMigrationError when there is no such row; RefusedError while a step of it is in doubt, or an
   *   index that it left invalid still exists, because nothing else records that.
   */
  unmark(file: string, options?: ChangeOptions): Promise<string[]>;

  /**
   * Resolves the statement during which a migration was interrupted, if only a person can tell whether it took effect:
   * it is `done`, or must run `again`. Runs nothing; the next run continues after the statement, or with it.
   *
   * @param file name in the history.
   * @returns the statement.
   * @throws UnknownMigrationError when no step of that migration is in doubt.
   */
  resolve(file: string, outcome: StepOutcome, options?: ChangeOptions): Promise<string>;

  /**
   * Frees the migration lock if its holder is gone: its backend has waited for the next message longer than any
   * working process takes. The backend is terminated, what it was running is rolled back, and the audit records it.
   *
   * @returns who held the lock; with `dryRun`, nothing is terminated.
   * @throws LockInUseError if the holder may still be working and `force` is not set; LockTimeoutError if its backend
   *   does not end; DatabaseError if this role may not terminate it.
   */
  unlock(options?: UnlockOptions): Promise<UnlockReport>;

  /**
   * Updates recorded checksums and names to match the files, and removes the rows of migrations that failed, left nothing
   * behind and no longer have a file. With `{ restart: file }`, lets an unfinished migration
   * start over; with `{ resume: file }`, lets it continue even if its finished steps were edited.
   *
   * @returns the changes that were made, or would be.
   * @throws UnknownMigrationError when the migration to restart or resume is not an unfinished one; RefusedError when a
   *   step of the one to resume is in doubt, or its file cannot run.
   */
  repair(options?: RepairOptions): Promise<RepairAction[]>;

  /**
   * Records the current checksums and names as intended: of one file, or of all that differ. Pass a `reason`, which the
   * audit records.
   *
   * @returns the changes that were made.
   * @throws UnknownMigrationError when there is nothing to accept for the file.
   */
  accept(options?: AcceptOptions): Promise<RepairAction[]>;

  /**
   * Accepts changes that were made without a migration: records the catalog, or one object in it, as it is now.
   * The audit entry names the objects.
   *
   * @returns the findings that were accepted.
   * @throws UnknownMigrationError if the object has no change to accept; ConfigurationError if the option `catalog` is
   *   false; LockTimeoutError; DatabaseError.
   */
  acceptCatalog(options?: AcceptCatalogOptions): Promise<Finding[]>;

  /**
   * Imports the history of another tool: records the migrations that it has applied. Runs nothing and leaves the table
   * of the tool unchanged.
   *
   * @throws ConfigurationError for an unknown tool; HistoryTableError when its table cannot be found or read;
   *   RefusedError while a step of a migration to record is in doubt.
   */
  importFrom(tool: ForeignTool, options?: ImportOptions): Promise<ImportReport>;

  /**
   * Installs event triggers that record every schema change outside migrations, by any role: role, address,
   * application, command and object. They never make a command fail. Calling it again upgrades them.
   *
   * @returns the SQL; with `{ dryRun: true }` it is not run, but left to an administrator.
   * @throws DatabaseError if the role may not create event triggers: they require a superuser or, on a managed server,
   *   the administrator role; HistoryTableError if the history table does not exist yet.
   */
  enableDdlAudit(options?: DdlAuditOptions): Promise<string>;

  /** Removes these event triggers, but keeps what they recorded. @returns the SQL. @throws DatabaseError */
  disableDdlAudit(options?: DdlAuditOptions): Promise<string>;

  /**
   * Returns what the event triggers recorded, oldest first. Empty if they were never installed.
   *
   * @throws DatabaseError, DatabaseConnectionError
   */
  ddlAudit(): Promise<DdlEntry[]>;
}
