/** The operation that changed the history. `adopt`: a run recorded missing checksums, or a tenant's history was taken over for its present schema. */
export type AuditAction =
  | 'migrate'
  | 'adopt'
  | 'baseline'
  | 'mark'
  | 'unmark'
  | 'resolve'
  | 'repair'
  | 'import'
  | 'accept'
  | 'unlock'
  | 'provision'
  | 'deprovision';

/** What to record about a change. The server adds who made it and when. */
export interface NewAuditEntry {
  readonly action: AuditAction;
  /** The affected files. */
  readonly files: readonly string[];
  /** The reason that was given for the change. */
  readonly reason?: string | undefined;
  /** Further details, as JSON. */
  readonly details?: AuditDetails | undefined;
}

/** Details besides the files, as JSON. The fields depend on the action. */
export type AuditDetails = Readonly<Record<string, unknown>>;

/** One change to the history or one run, as recorded in the audit. Entries are never changed or removed. */
export interface AuditEntry {
  /** Increases with each entry. */
  readonly id: number;
  /** The time of the change, or of the end of the run. */
  readonly at: Date;
  readonly action: AuditAction;
  /** The ID of the run or of the change, which the rows that it wrote carry too. */
  readonly runId: string;
  /** The affected files; for a run, those that it applied. */
  readonly files: readonly string[];
  readonly reason: string | null;
  /**
   * `migrate`: `failed`, the file that failed; `killed`, true if it was killed and the next run wrote the entry.
   * `repair` and `accept`: `changes`, with the values before and after. `accept` for the catalog: `objects`.
   * `resolve`: `outcome`. `import`: `tool`. `unlock`: `holder`. `provision`: `schema`, which was created. `deprovision`: `schema`, if it was dropped. `adopt` for a tenant: `schema`, and its OIDs `before` and `after`. All changes of a tenant: `tenant`. Null for the others.
   */
  readonly details: AuditDetails | null;
  /** The role that made the change, as in `current_user`. */
  readonly role: string;
  /** The login role, as in `session_user`. */
  readonly login: string;
  /** `application_name` of its connection. */
  readonly application: string;
  /** The version of this library. */
  readonly libraryVersion: string;
}
