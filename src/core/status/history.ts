/** How a row came to be. */
export type Origin = 'migrate' | 'baseline' | 'mark' | 'import';

/** What a row says: only a row without an `error_message` means applied. */
export type RowState = 'applied' | 'failed' | 'running';

/** One row of the history table. */
export interface HistoryRow {
  readonly file: string;
  readonly state: RowState;
  readonly executedAt: Date | null;
  readonly executionTimeMs: number | null;
  readonly error: string | null;
  /** SHA-256 in hex; null for rows made by hand or by an older runner. */
  readonly checksum: string | null;
  /** The checksum that ignores comments and whitespace. */
  readonly canonicalChecksum: string | null;
  readonly origin: Origin | null;
  /** The run that recorded it; null for rows made by hand or by an older runner. */
  readonly runId: string | null;
  /** Of a file that runs in steps: how far it came; null for all others. */
  readonly progress: StepProgress | null;
}

export interface StepProgress {
  /** Steps that are done, counted from the first. */
  readonly done: number;
  readonly total: number;
  /** Checksum of the text of the steps that are done; comments and whitespace do not count. */
  readonly doneChecksum: string;
}

/** The history as one read found it. */
export interface History {
  /** False when the table is not there yet. */
  readonly exists: boolean;
  /** False when the table lacks columns of ours: made by hand or by an older runner. The next run upgrades it. */
  readonly current: boolean;
  readonly rows: readonly HistoryRow[];
}

export const NO_HISTORY: History = { exists: false, current: false, rows: [] };

/** Text in `error_message` of a migration that was begun and not finished. Only completion clears it. */
export const RUNNING_MARKER = 'running: not finished yet, or interrupted';
