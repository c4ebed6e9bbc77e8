/** A column of the history table. */
export interface HistoryColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

/** The four columns of the original table. Their meaning never changes. */
const ORIGINAL: readonly HistoryColumn[] = [
  {
    name: 'migration_file',
    type: 'text PRIMARY KEY',
    comment: 'path of the file, relative to the migrations directory',
  },
  { name: 'executed_at', type: 'timestamptz NOT NULL DEFAULT now()', comment: 'when it was applied, or last failed' },
  { name: 'execution_time_ms', type: 'integer', comment: 'duration in milliseconds' },
  { name: 'error_message', type: 'text', comment: 'null means applied; anything else means not applied' },
];

/**
 * Columns added to it. Each is nullable or has a default, so that a row of the first column alone stays a valid row.
 */
const ADDED: readonly HistoryColumn[] = [
  {
    name: 'running',
    type: 'boolean NOT NULL DEFAULT false',
    comment: 'begun and not finished; only with an error_message',
  },
  { name: 'checksum', type: 'text', comment: 'SHA-256 of the text; line ends and byte order mark do not count' },
  { name: 'canonical_checksum', type: 'text', comment: 'SHA-256 of the text without comments and whitespace' },
  { name: 'origin', type: 'text', comment: 'migrate, baseline, mark or import' },
  { name: 'run_id', type: 'uuid', comment: 'the run that recorded it' },
  { name: 'started_at', type: 'timestamptz', comment: 'when its execution began' },
  { name: 'executed_by', type: 'text', comment: 'the role that ran it' },
  { name: 'steps_done', type: 'integer', comment: 'of a file that runs in steps: how many are done' },
  { name: 'steps_total', type: 'integer', comment: 'of a file that runs in steps: how many there are' },
  {
    name: 'done_checksum',
    type: 'text',
    comment: 'SHA-256 of the steps that are done, comments and whitespace left out',
  },
  { name: 'notices', type: 'jsonb', comment: 'what the server said while it ran' },
];

export const HISTORY_COLUMNS: readonly HistoryColumn[] = [...ORIGINAL, ...ADDED];

/** The column that makes a table a history table. */
export const KEY_COLUMN = 'migration_file';

/** Definition for adding a column to a table that was made by hand: the key is not added this way. */
export function addColumnSql({ name, type }: HistoryColumn): string {
  return `ADD COLUMN IF NOT EXISTS ${name} ${type}`;
}
