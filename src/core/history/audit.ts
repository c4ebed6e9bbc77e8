/** What changed the history. `adopt`: a run recorded checksums that were missing. */
export type AuditAction =
  'migrate' | 'adopt' | 'baseline' | 'mark' | 'unmark' | 'resolve' | 'repair' | 'import' | 'accept' | 'unlock';

/** What to record about a change; who and when is added by the server. */
export interface AuditNote {
  readonly action: AuditAction;
  /** The files that it concerns. */
  readonly files: readonly string[];
  /** Why, in the words of whoever made the change. */
  readonly reason?: string | undefined;
  /** What else is known, as JSON. */
  readonly details?: AuditDetails | undefined;
}

/** What is known besides the files, as JSON. Its fields depend on the action. */
export type AuditDetails = Readonly<Record<string, unknown>>;

/** One change of the history or one run, as recorded in the audit. Entries are never changed or removed. */
export interface AuditEntry {
  /** Rises with each entry. */
  readonly id: number;
  /** When it was made; for a run, when it ended. */
  readonly at: Date;
  readonly action: AuditAction;
  /** The run; for another change, an identifier of its own, which the rows that it wrote carry too. */
  readonly runId: string;
  /** The files that it concerns; for a run, those that it applied. */
  readonly files: readonly string[];
  readonly reason: string | null;
  /**
   * `migrate`: `failed`, the file that failed, and `killed`, true if its process was killed and the next run wrote this.
   * `repair` and `accept`: `changes`, with the values before and after. `resolve`: `outcome`. `import`: `tool`.
   * `unlock`: `holder`. Null for the others.
   */
  readonly details: AuditDetails | null;
  /** The role that made it, as in `current_user`. */
  readonly role: string;
  /** The role that logged in, as in `session_user`. */
  readonly login: string;
  /** `application_name` of its connection. */
  readonly application: string;
  /** The version of this library. */
  readonly libraryVersion: string;
}
