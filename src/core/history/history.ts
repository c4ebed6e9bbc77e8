/** What created a row. */
export type Origin = 'migrate' | 'baseline' | 'mark' | 'import' | 'checkpoint';

/** The state of a row: applied only if it has no `error_message`. */
export type RowState = 'applied' | 'failed' | 'running';

/** A message that the server sent while a migration ran (`RAISE NOTICE`, "already exists, skipping", …). */
export interface Notice {
  readonly severity: string;
  readonly sqlstate: string;
  readonly message: string;
}

/** One row of the history table. */
export interface HistoryRow {
  /** Path of the file, relative to the migrations directory. */
  readonly file: string;
  readonly state: RowState;
  /** When it was applied, or last failed. */
  readonly executedAt: Date | null;
  /** How long it ran, in milliseconds; null if nothing was run for this row. */
  readonly durationMs: number | null;
  /** The error, or a fixed text while the migration runs; null when it is applied. */
  readonly error: string | null;
  /** SHA-256 in hex; null for rows made by hand or by an older runner. */
  readonly checksum: string | null;
  /** The checksum that ignores comments and whitespace. */
  readonly canonicalChecksum: string | null;
  readonly origin: Origin | null;
  /** The run that recorded it; null for rows made by hand or by an older runner. */
  readonly runId: string | null;
  /** The progress of a non-transactional migration; null for all others. */
  readonly progress: StepProgress | null;
  /** Invalid indexes that its failure left and that still exist, as `schema.name`. */
  readonly invalidIndexes: readonly string[];
}

/** A row with details that no decision depends on. */
export interface DetailedHistoryRow extends HistoryRow {
  /** When its execution began; null if nothing was run for this row. */
  readonly startedAt: Date | null;
  /** The role that ran or recorded it. */
  readonly executedBy: string | null;
  /**
   * The ID of the transaction in which the latest attempt at a non-transactional migration began; null for all others.
   * Its steps were committed by later transactions.
   */
  readonly firstTransaction: string | null;
  /** Messages that the server sent while it ran. */
  readonly notices: readonly Notice[];
}

/** The progress of a non-transactional migration. */
export interface StepProgress {
  /** The number of finished steps. */
  readonly done: number;
  readonly total: number;
  /** Checksum of the file's text up to the last finished step; comments and whitespace do not count. */
  readonly doneChecksum: string;
  /**
   * The next step, if it commits by itself: after a crash it may have taken effect. Null for any other step, which
   * leaves nothing behind.
   */
  readonly next: RecordedStep | null;
}

/** A step as stored in the history, independent of later changes to the file. */
export interface RecordedStep {
  /** Its text; a long one is truncated. */
  readonly statement: string;
  /** The `doneChecksum` of the progress once this step is done. */
  readonly doneChecksum: string;
}

/** The step of a dead process that may have taken effect; null if there is none. Also set while the step runs. */
export function stepInDoubt(row: HistoryRow | undefined): RecordedStep | null {
  return row?.state === 'running' ? (row.progress?.next ?? null) : null;
}

/** The history at the time of one read. */
export interface History {
  readonly rows: readonly HistoryRow[];
  /** True if nothing is ever recorded, so that it does not say what was applied. @default false */
  readonly untracked?: boolean;
}

/** The history of a database that has none. */
export const NO_HISTORY: History = { rows: [] };

/** The history of a run that records nothing. */
export const UNTRACKED_HISTORY: History = { rows: [], untracked: true };

/** Cached rows are the same objects; usually only a few differ. */
export function haveSameRows({ rows: before }: History, { rows }: History): boolean {
  if (rows === before) return true;
  return rows.length === before.length && rows.every((row, i) => row === before[i] || isSame(row, before[i]));
}

function isSame(row: HistoryRow, other: HistoryRow | undefined): boolean {
  return JSON.stringify(row) === JSON.stringify(other);
}

/** Text in `error_message` of a migration that has started but not finished. Only completion clears it. */
export const RUNNING_MARKER = 'running: not finished yet, or interrupted';
