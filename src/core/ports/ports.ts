import type { LockHolder, TurnHolder } from '../errors/lock-errors.js';
import type { Finding } from '../errors/finding.js';
import type { AuditEntry, NewAuditEntry } from '../history/audit.js';
import type { CoveredFile } from '../history/covered-file.js';
import type { DdlEntry } from '../history/ddl-audit.js';
import type { FailedMigration } from '../errors/migration-failed.js';
import type { DetailedHistoryRow, History, HistoryRow, Notice, Origin, StepProgress } from '../history/history.js';
import type { TableFactsReader } from '../lint/model/facts.js';
import type { KnownRows } from '../history/ordinary-rows.js';
import type { Migration } from '../migration/migration.js';
import type { MigrationSet } from '../migration/migration-set.js';
import type { Target } from '../target/target.js';
import type { TableName } from '../target/table.js';
import type { ForeignTool } from '../tools/names.js';
import type { ForeignRow } from '../tools/history.js';
import type { Task } from '../compile/task.js';
import type { RehearsedMigration } from './rehearsal.js';
import type { CatalogRecorder } from './catalog.js';

/** The files of a directory that has been listed. */
export interface ListedMigrations {
  /** The number of entries, including any that are not migrations. */
  readonly count: number;
  /** Reads all of them. Regularly yields to other work of the process. */
  read(): Promise<MigrationSet>;
}

/** Where migrations come from. */
export interface MigrationSource {
  /** @throws DirectoryError when the directory itself cannot be read. */
  list(): Promise<ListedMigrations>;
  /** Lists and reads all files. @throws DirectoryError */
  read(): Promise<MigrationSet>;
  /** Like `read`, for frequent checks: rereads only files whose size or times have changed. */
  refresh(): Promise<MigrationSet>;
}

/** Reads the history with one light query. Never locks, creates or writes. */
export interface HistoryReader {
  /** @param known supplies the ordinary rows, which are then not read. Only their names and checksums are set. */
  read(known?: KnownRows): Promise<History>;
  /** All rows with all details; slower. */
  readDetails(): Promise<readonly DetailedHistoryRow[]>;
  /** The audit, oldest entry first; empty if there is none yet. */
  readAudit(): Promise<readonly AuditEntry[]>;
  /** What the DDL audit has recorded, oldest entry first; empty if it was never enabled. @param since @default all */
  readDdlAudit(since?: Date): Promise<readonly DdlEntry[]>;
  /** The recorded sources with these checksums, by checksum. */
  readSources(checksums: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** A change to the history that runs nothing. */
export type HistoryChange =
  /** Records a migration as applied. Leaves a row that is applied unchanged, unless its file had no statements. */
  | {
      readonly kind: 'record';
      readonly migration: Migration;
      readonly origin: Origin;
      /** Its row so far, possibly under another name. It is replaced, but its invalid indexes stay recorded. */
      readonly row?: HistoryRow | undefined;
      /** When it was applied. @default now */
      readonly executedAt?: Date;
    }
  /** Records migrations as applied whose files are gone because a checkpoint replaces them. */
  | { readonly kind: 'cover'; readonly files: readonly CoveredFile[]; readonly origin: Origin }
  /** Updates the name and checksums of an applied row to match its file. */
  | { readonly kind: 'adopt'; readonly recordedAs: string; readonly migration: Migration }
  | { readonly kind: 'remove'; readonly file: string }
  /**
   * Forgets the finished steps of a migration, so that it starts from the beginning; and a `statement` in doubt. Its
   * `progress`, with no finished step, still shows that it ran in steps and may have left something behind.
   */
  | {
      readonly kind: 'restart';
      readonly file: string;
      readonly statement: string | undefined;
      readonly progress: StepProgress;
    }
  /** Treats the finished steps of a migration as those of its file, so that it continues after them. */
  | { readonly kind: 'resume'; readonly file: string; readonly progress: StepProgress }
  /** Resolves the `statement` in doubt: it took effect (`done`) or must run `again`. */
  | {
      readonly kind: 'resolve';
      readonly file: string;
      readonly statement: string;
      readonly outcome: 'done' | 'again';
    };

/** The history of one target, on a connection that may write. */
export interface HistoryStore extends Pick<HistoryReader, 'read'> {
  /** False for a store that keeps nothing: its history is always empty. */
  readonly keepsRecords: boolean;
  /** Starts reading what `install` depends on, together with other messages of this turn. Returns that `install`. */
  prepareInstall(): HistoryStore['install'];
  /**
   * Creates or upgrades our objects where needed.
   *
   * @returns notes about what cannot be recorded for lack of a privilege. Runs work without these records.
   * @throws HistoryTableError when the table cannot be used.
   */
  install(signal?: AbortSignal): Promise<readonly Finding[]>;
  /**
   * Applies all changes in one transaction, together with their entry in the audit.
   *
   * @param runId the run that makes them. @default a new identifier
   */
  change(changes: readonly HistoryChange[], note: NewAuditEntry, runId?: string): Promise<void>;
  /** Adds an audit entry for an action that changed no row. @throws MigrationError */
  note(note: NewAuditEntry): Promise<void>;
  /** Adds the audit entry of a run whose end was not recorded, unless there is one already. Never throws. */
  auditRun(runId: string): Promise<void>;
  /** The same for a run whose process was killed. Call it after `install`, before the current run claims its rows. */
  auditDeadRun(runId: string): Promise<void>;
}

/** Keeps processes from migrating one target at the same time. It never blocks: callers poll. */
export interface MigrationLock {
  /** Tries to take the lock once, without waiting on the server. */
  tryTake(): Promise<boolean>;
  /** Tries once, and runs a read after the attempt, in the same round trip if possible. */
  tryTakeAndRead<T>(read: () => Promise<T>): Promise<{ readonly taken: boolean; readonly read: T }>;
  /** The current holder, if it can be seen. */
  holder(): Promise<LockHolder | undefined>;
  /** Terminates a backend that holds the lock. @throws MigrationError */
  endHolder(holder: LockHolder): Promise<void>;
  /** The backend that holds the lock for this session, if known. */
  readonly backend: string | undefined;
  /** Terminates a backend that holds the lock while it waits for a client that is known to be gone. */
  endStranded(backend: string): Promise<void>;
}

/** Receives what happens while migrations run. */
export interface ExecutionListener {
  started(migration: Migration): void;
  /** Steps of a non-transactional migration are about to run: `first` to `last`, both indexes from 0. */
  runningSteps(migration: Migration, first: number, last: number, of: number): void;
  notice(migration: Migration, notice: Notice): void;
  /** A transient error rolled the migration back; it will be tried again after a pause. */
  retrying(migration: Migration, attempt: number, reason: string, pauseMs: number): void;
  warning(finding: Finding): void;
  applied(migration: Migration, durationMs: number): void;
}

/** How the execution of a list of tasks ended. */
export type Outcome =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'failed';
      readonly failure: Omit<FailedMigration, 'applied' | 'pending' | 'tracked'>;
      readonly cause: unknown;
    }
  /**
   * Another process recorded the migration first or, if `undecided`, is running it in a transaction that has not ended.
   * Read the history again.
   */
  | { readonly kind: 'conflict'; readonly file: string; readonly undecided: boolean }
  | { readonly kind: 'interrupted' }
  /** Other non-transactional migrations were running in the database for too long, so this one has not begun. */
  | { readonly kind: 'overdue'; readonly file: string; readonly waitedMs: number; readonly holder: TurnHolder }
  /** The remaining migrations need a new session, because the defaults of new sessions were changed. */
  | { readonly kind: 'reconnect' };

/** How tasks are executed. */
export interface ExecutionSettings {
  readonly runId: string;
  /** `each`: one transaction per migration. `all`: one transaction for all migrations. */
  readonly transaction: 'each' | 'all';
  /** All migrations of the set, to record the sources of those that were applied earlier. */
  readonly migrations: readonly Migration[];
  /**
   * Aborting it cancels the running statement, and nothing more is sent. A transactional migration leaves no trace; a
   * non-transactional one records where it was interrupted.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Runs programs and records them. */
export interface Executor {
  /** Why the session does not support some of these tasks; behind a pooler it may not. */
  refusals(tasks: readonly Task[]): Promise<readonly Finding[]>;
  /** Runs tasks in order and stops at the first failure. */
  run(tasks: readonly Task[], settings: ExecutionSettings, listener: ExecutionListener): Promise<Outcome>;
  /** Runs transactional tasks in a transaction that is rolled back. Records nothing. @throws MigrationError */
  rehearse(tasks: readonly Task[], signal: AbortSignal | undefined): Promise<readonly RehearsedMigration[]>;
}

/** Reads the history tables of other tools. */
export interface ForeignHistoryReader {
  /** @throws HistoryTableError when the table does not exist or is not that tool's. */
  read(tool: ForeignTool, table: TableName | undefined): Promise<readonly ForeignRow[]>;
}

/** A text with its name and a label for the header of a diff. */
export interface LabelledText {
  readonly name: string;
  readonly label: string;
  readonly text: string;
}

/** Returns a unified diff; empty if the texts are equal. */
export type DiffTexts = (before: LabelledText, after: LabelledText) => Promise<string>;

/** One connection to a target that may migrate. */
export interface TargetSession {
  /** Undefined if the catalog is not recorded. */
  readonly catalog: CatalogRecorder | undefined;
  readonly history: HistoryStore;
  readonly lock: MigrationLock;
  readonly executor: Executor;
  readonly foreign: ForeignHistoryReader;
  readonly tables: TableFactsReader;
  /** Releases the connection, or destroys it if anything ran or failed. Never throws. */
  close(): Promise<void>;
}

/** The database could not be reached, and the connection will be retried. */
export interface ConnectionRetry {
  readonly attempt: number;
  readonly reason: string;
  /** For how much longer it will be retried, in ms. */
  readonly remainingMs: number;
}

/** Called on events while a connection is opened. */
export interface ConnectionListener {
  /** Called before each retry. */
  readonly onRetry?: (retry: ConnectionRetry) => void;
  /** Called while waiting for the server's first response, which is a good time for other work. Not always called. */
  readonly onAsked?: () => void;
}

/** Event triggers that record schema changes outside migrations. */
export interface DdlAudit {
  /** The SQL that enables or disables it, for an administrator. */
  script(enabled: boolean): string;
  /** @throws DatabaseError if the role may not create event triggers; HistoryTableError before the first run. */
  set(enabled: boolean, signal: AbortSignal): Promise<void>;
}

/** Opens sessions on one target. */
export interface TargetDatabase {
  readonly target: Target;
  readonly ddlAudit: DdlAudit;
  /** @throws DatabaseConnectionError when the database cannot be reached. */
  open(signal?: AbortSignal, listener?: ConnectionListener): Promise<TargetSession>;
  /** What a task runs, as a script for `psql`. */
  scriptOf(task: Task): string;
}
