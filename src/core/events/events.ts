import type { FleetEventBody, WorkerEventBody } from './fleet-events.js';
import type { Finding } from '../errors/finding.js';
import type { LockHolder } from '../errors/lock-errors.js';
import type { MigrationErrorCode } from '../errors/migration-error.js';
import type { Notice } from '../history/history.js';

/** Fields of every event. All durations are in milliseconds. */
export interface EventContext {
  /** Database and history table: `app/shared.schema_migrations`. */
  readonly target: string;
  /** When it was emitted. */
  readonly at: Date;
  /** The name of the tenant, if the event is about one. */
  readonly tenant?: string;
}

/**
 * The events of a run, in order. A run begins with one `run-started` and ends with exactly one of `run-finished`,
 * `run-failed`, `run-refused` and `run-interrupted`.
 */
export type RunEventBody =
  /** The run begins. Nothing has been read or sent. */
  | { readonly type: 'run-started' }
  /** Another process holds the migration lock. Repeated every ten seconds. */
  | {
      readonly type: 'lock-waiting';
      /** How long the run has waited so far. */
      readonly waitedMs: number;
      /** How much longer it will wait. */
      readonly remainingMs: number;
      readonly holder: LockHolder | undefined;
    }
  /** The run holds the migration lock. Not emitted without a lock (`lock: 'off'`). */
  | { readonly type: 'lock-acquired'; readonly waitedMs: number }
  /** What is about to run. Emitted again if another process has changed the history in the meantime. */
  | { readonly type: 'run-planned'; readonly pending: readonly string[]; readonly alreadyApplied: number }
  /** A migration begins: it is the `number`th, from 1, `of` all that the run executes. */
  | { readonly type: 'migration-started'; readonly file: string; readonly number: number; readonly of: number }
  /** Steps of a non-transactional migration are about to run: one, or several that are sent together. */
  | {
      readonly type: 'migration-step';
      readonly file: string;
      /** The first of them, counting from 1. */
      readonly step: number;
      /** The last of them. */
      readonly lastStep: number;
      readonly of: number;
    }
  /** The server sent a message while the migration ran. */
  | { readonly type: 'migration-notice'; readonly file: string; readonly notice: Notice }
  /** The migration was rolled back because of a transient error and will be tried again. */
  | {
      readonly type: 'migration-retry';
      readonly file: string;
      /** The number of the next attempt; that of the first retry is 2. */
      readonly attempt: number;
      /** The server's error, with the blocker if known. */
      readonly reason: string;
      /** How long it pauses before that attempt. */
      readonly pauseMs: number;
    }
  /** The migration is committed and recorded as applied. */
  | {
      readonly type: 'migration-applied';
      readonly file: string;
      /** Undefined when the connection was lost and only the history shows that it is applied. */
      readonly durationMs: number | undefined;
    }
  /** The migration failed. `error` is the message of its MigrationFailedError. */
  | { readonly type: 'migration-failed'; readonly file: string; readonly error: string }
  /** A finding that does not stop the run. */
  | { readonly type: 'warning'; readonly finding: Finding }
  /** The run has applied everything that it was asked to apply. */
  | {
      readonly type: 'run-finished';
      /** Migrations that this run applied, in order. */
      readonly applied: readonly string[];
      /** Migrations that another process applied while this one waited. */
      readonly appliedByOthers: readonly string[];
      /** The number of migrations that had been applied before. */
      readonly alreadyApplied: number;
      readonly durationMs: number;
      /** Migrations that are still pending, because the run was limited. Absent without a limit. */
      readonly left?: readonly string[];
    }
  /** The run stopped with an error. Migrations that it had applied stay applied. */
  | {
      readonly type: 'run-failed';
      readonly code: MigrationErrorCode | undefined;
      readonly error: string;
      readonly applied: readonly string[];
      readonly durationMs: number;
    }
  /** Nothing was run because of the findings. */
  | { readonly type: 'run-refused'; readonly refusals: readonly Finding[]; readonly durationMs: number }
  /** The run was asked to stop. */
  | {
      readonly type: 'run-interrupted';
      /** The source of the request, for example `SIGTERM`. */
      readonly by: string;
      readonly error: string;
      readonly applied: readonly string[];
      readonly durationMs: number;
    };

/** An event of a run. `runId` identifies the run, as in the history. */
export type RunEvent = EventContext & { readonly runId: string } & RunEventBody;

/** The database could not be reached; the connection is retried for up to `remainingMs`. */
export type ConnectionEvent = EventContext & {
  readonly type: 'connection-retry';
  /** Undefined while `onBootstrap: "validate"` waits for the database. */
  readonly runId: string | undefined;
  /** The number of the next attempt; that of the first retry is 2. */
  readonly attempt: number;
  /** Why the last attempt failed. */
  readonly reason: string;
  /** How much longer it keeps trying, at most. */
  readonly remainingMs: number;
};

/** Results of the scheduled drift check. */
export type DriftEventBody =
  /** Findings that are new, or whose values have changed. */
  | { readonly type: 'drift-found'; readonly findings: readonly Finding[] }
  /** Findings that were reported earlier and still exist. */
  | { readonly type: 'drift-reminder'; readonly findings: readonly Finding[] }
  /** A finding that no longer exists. */
  | {
      readonly type: 'drift-resolved';
      readonly findings: readonly Finding[];
      /** How long it existed. */
      readonly durationMs: number;
    }
  /** The database or the disk could not be read, so drift is unknown. */
  | { readonly type: 'drift-check-failed'; readonly error: string }
  /** The first check that succeeds after a failed one, and how long drift was unknown. */
  | { readonly type: 'drift-check-recovered'; readonly durationMs: number };

/** An event of the scheduled drift check. */
export type DriftEvent = EventContext & DriftEventBody;

/** The catalog could not be recorded. Emitted after the end of a run, whose result it does not affect. */
export interface CatalogEventBody {
  readonly type: 'catalog-not-recorded';
  /** The run that changed the database. Undefined if an application's drift check tried to record the catalog. */
  readonly runId: string | undefined;
  /** Why it was not recorded. */
  readonly error: string;
}

/** An event of recording the catalog. */
export type CatalogEvent = EventContext & CatalogEventBody;

/** An event of a rollout. `rolloutId` identifies the rollout. */
export type FleetEvent = EventContext & { readonly rolloutId: string } & FleetEventBody;

/** An event of a worker. */
export type WorkerEvent = EventContext & WorkerEventBody;

/** Every event that a listener may receive. */
export type MigrationEvent = RunEvent | ConnectionEvent | CatalogEvent | DriftEvent | FleetEvent | WorkerEvent;

/** Receives events as they happen. */
export type EmitEvent = (event: MigrationEvent) => void;
