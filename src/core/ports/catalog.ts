import type { CatalogCheck, FingerprintedCatalog } from '../catalog/catalog.js';
import type { Finding } from '../errors/finding.js';
import type { NewAuditEntry } from '../history/audit.js';

/** Compares the live catalog with the recorded one. Never locks, creates or writes. */
export interface CatalogReader {
  /** @throws DatabaseConnectionError, DatabaseError */
  check(): Promise<CatalogCheck>;
}

/** How the catalog differed from its record before a run; undefined if it did not. */
export type RecordBasis = Extract<CatalogCheck, { kind: 'different' }> | undefined;

/** Drift that is accepted. */
export interface AcceptedObjects {
  /** What to record. @default the live catalog */
  readonly accepted: FingerprintedCatalog | undefined;
  /** For the audit. */
  readonly note: NewAuditEntry;
}

/** Records the catalog of a target, under the migration lock. */
export interface CatalogRecorder {
  /**
   * Whether the catalog may have changed since it was recorded: a cheap check, sent together with other messages. Never
   * rejects; false if there is no record.
   */
  mayDiffer(): Promise<boolean>;
  /**
   * Compares the catalog with the record.
   *
   * @param despiteNewer true to compare even if a migration has run since it was recorded.
   * @throws MigrationError
   */
  check(signal: AbortSignal | undefined, despiteNewer?: boolean): Promise<CatalogCheck>;
  /** The findings for which an incident is open. @throws MigrationError */
  withIncident(findings: readonly Finding[]): Promise<readonly Finding[]>;
  /** Records the catalog as it is now; what differed `before` is still found afterwards. @throws MigrationError */
  record(before: RecordBasis, signal: AbortSignal | undefined): Promise<void>;
  /**
   * Brings the record up to date if it is missing, older than the history, of another release, or written by another
   * version of the server.
   *
   * @throws MigrationError
   */
  refresh(signal: AbortSignal | undefined): Promise<void>;
  /** Records accepted drift, together with an audit entry. @throws MigrationError */
  accept(accepted: AcceptedObjects, signal: AbortSignal | undefined): Promise<void>;
}
