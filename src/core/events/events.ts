import type { DriftFinding } from '../status/drift.js';

/** A message that the server sent while a migration ran (`RAISE NOTICE`, "already exists, skipping", …). */
export interface Notice {
  readonly severity: string;
  readonly sqlstate: string;
  readonly message: string;
}

/** What happens during a run and in the drift watch, in order. Times are in milliseconds. */
export type MigrationEvent =
  | { readonly type: 'run-started'; readonly runId: string; readonly pending: readonly string[] }
  | { readonly type: 'waiting-for-lock'; readonly waitedMs: number }
  | { readonly type: 'connection-retry'; readonly attempt: number; readonly reason: string }
  | {
      readonly type: 'migration-started';
      readonly runId: string;
      readonly file: string;
      readonly number: number;
      readonly of: number;
    }
  | { readonly type: 'migration-notice'; readonly file: string; readonly notice: Notice }
  | {
      readonly type: 'migration-applied';
      readonly runId: string;
      readonly file: string;
      readonly executionTimeMs: number;
    }
  | { readonly type: 'migration-failed'; readonly runId: string; readonly file: string; readonly error: string }
  | { readonly type: 'migration-retry'; readonly file: string; readonly attempt: number; readonly reason: string }
  | { readonly type: 'warning'; readonly message: string }
  | {
      readonly type: 'run-finished';
      readonly runId: string;
      readonly applied: readonly string[];
      readonly durationMs: number;
      readonly succeeded: boolean;
    }
  | { readonly type: 'drift-found'; readonly findings: readonly DriftFinding[] }
  | { readonly type: 'drift-resolved'; readonly findings: readonly DriftFinding[] }
  /** The database or the disk was away: whether there is drift is unknown. */
  | { readonly type: 'drift-check-failed'; readonly error: string };

export type EmitEvent = (event: MigrationEvent) => void;
