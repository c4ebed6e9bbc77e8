import type { Notice } from '../events/events.js';
import type { LockHolder } from '../errors/errors.js';
import type { FailedMigration } from '../errors/migration-failed.js';
import type { ForeignRow, ForeignTool } from '../tools/foreign-tools.js';
import type { TableName } from '../target/table.js';
import type { History, Origin } from '../status/history.js';
import type { MigrationFile } from '../migration/migration-file.js';
import type { Program, TransactionalProgram } from '../compile/program.js';

/** Where migrations come from. */
export interface MigrationSource {
  /** For messages: the directory. */
  readonly location: string;
  /** All migrations, in migration order. @throws DirectoryError listing every problem. */
  read(): Promise<readonly MigrationFile[]>;
}

/** Reads the history with one light query; locks nothing, creates nothing, writes nothing. */
export interface HistoryReader {
  read(): Promise<History>;
}

/** Opens sessions that may migrate. */
export interface MigrationDatabase {
  /** For messages: the history table. */
  readonly table: string;
  /** @throws DatabaseConnectionError when the database cannot be reached. */
  open(signal?: AbortSignal): Promise<MigrationSession>;
}

/** A row to record without running anything. */
export interface RecordedMigration {
  readonly migration: MigrationFile;
  readonly origin: Origin;
  /** When it was applied, if known; now otherwise. */
  readonly executedAt?: Date;
}

/** A change of a recorded row: adopting the file's checksum, its name, or both. */
export interface RowRepair {
  readonly recordedAs: string;
  readonly migration: MigrationFile;
}

export interface RunListener {
  started(migration: MigrationFile): void;
  notice(migration: MigrationFile, notice: Notice): void;
  /** A lock on a table could not be had; the migration was rolled back and is tried again. */
  retrying(migration: MigrationFile, attempt: number, reason: string): void;
  warning(message: string): void;
  applied(migration: MigrationFile, executionTimeMs: number): void;
}

/** How the programs of a run ended. */
export type RunOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly failure: Omit<FailedMigration, 'applied' | 'pending'>; readonly cause: unknown }
  /**
   * Somebody else recorded the migration first, or is `undecided`: at it in a transaction that has not ended. Read the
   * history again.
   */
  | { readonly kind: 'conflict'; readonly file: string; readonly undecided: boolean }
  | { readonly kind: 'interrupted' }
  /** What comes next wants a new session: defaults of new sessions were changed. */
  | { readonly kind: 'reconnect' };

export interface RunSettings {
  readonly runId: string;
  /** False: run every file without claims and without history. */
  readonly tracked: boolean;
  /**
   * Given up by it: the statement that runs is cancelled and nothing more is sent. A transactional migration leaves no
   * trace; of one that runs in steps it is recorded where it was interrupted.
   */
  readonly signal?: AbortSignal | undefined;
}

/** One connection that may migrate. */
export interface MigrationSession extends HistoryReader {
  /** Tries once to take the migration lock, without waiting in the server. */
  tryLock(): Promise<boolean>;
  lockHolder(): Promise<LockHolder | undefined>;
  /** The backend that holds the lock for this session, as far as that is known. */
  readonly lockBackend: string | undefined;
  /** Ends a backend that holds the lock and only waits for its client: for when it is known that the client is gone. */
  endStrandedHolder(backend: string): Promise<void>;
  /** Creates or upgrades the history table where that is needed. @throws HistoryTableError when it cannot be used. */
  prepareHistory(signal?: AbortSignal): Promise<void>;
  /** Runs each program in a transaction, or in steps, of its own; stops at the first failure. */
  runEach(programs: readonly Program[], settings: RunSettings, listener: RunListener): Promise<RunOutcome>;
  /** Runs all programs in one transaction. */
  runTogether(
    programs: readonly TransactionalProgram[],
    settings: RunSettings,
    listener: RunListener,
  ): Promise<RunOutcome>;
  /** Records migrations as applied without running them. A row that is applied already is left as it is. */
  record(migrations: readonly RecordedMigration[]): Promise<void>;
  /** Reads the table of another tool, and only reads it. */
  readForeign(tool: ForeignTool, table: TableName | undefined): Promise<readonly ForeignRow[]>;
  repair(repairs: readonly RowRepair[]): Promise<void>;
  /** Releases the connection: destroyed after anything ran or went wrong. Never throws. */
  close(): Promise<void>;
}
