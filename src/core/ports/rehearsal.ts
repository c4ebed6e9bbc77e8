import type { LockMode } from '../lint/syntax/lock-modes.js';

/** A lock that a migration took, seen while its transaction was open. */
export interface SeenLock {
  /** `schema.name` */
  readonly relation: string;
  readonly mode: LockMode;
}

/** Rows that a migration wrote to one table. */
export interface WrittenRows {
  /** `schema.name` */
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** What a migration did in a transaction that was rolled back. */
export interface RehearsalResult {
  readonly outcome: 'rehearsed';
  readonly durationMs: number;
  /**
   * The strongest lock on each table, view or sequence that existed before. A lock that an earlier migration
   * of the same rehearsal has already taken is not reported again.
   */
  readonly locks: readonly SeenLock[];
  readonly written: readonly WrittenRows[];
  /** Tables that got new storage, because they were rewritten or truncated: `schema.name`. */
  readonly rewritten: readonly string[];
}

/** Why a migration failed in a rehearsal. */
export interface RehearsalFailure {
  readonly outcome: 'failed';
  readonly durationMs: number;
  readonly sqlstate: string;
  readonly message: string;
  readonly hint: string | undefined;
  /** Position in the file, counted from 1; undefined if the server does not report it. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The line in the file with a caret below the column; passwords are masked. */
  readonly excerpt: string | undefined;
}

/** A migration that was not rehearsed. */
export interface NotRehearsed {
  readonly outcome: 'not-rehearsed';
  readonly reason: string;
}

/** How the rehearsal of one migration ended. */
export type RehearsedMigration = { readonly file: string } & (RehearsalResult | RehearsalFailure | NotRehearsed);
