import type { Finding } from '../errors/finding.js';

/** True for an incident that a check did not look for: it is neither confirmed nor resolved. */
export type IsUnchecked = (incident: { readonly code: string; readonly tenant?: string | undefined }) => boolean;

/** What a drift check has to report, in a fleet where each incident is reported by one process. */
export interface IncidentReport {
  /** New findings, and known ones whose values have changed, with the time when a check first found them. */
  readonly opened: readonly Finding[];
  /** Findings that were reported earlier, still exist, and whose next reminder is due. */
  readonly reminders: readonly Finding[];
  readonly resolved: readonly ResolvedIncident[];
}

/** A finding that no longer exists. */
export interface ResolvedIncident {
  readonly finding: Finding;
  /** How long it existed, in ms. */
  readonly durationMs: number;
}

/** Who checks, and when to report again. */
export interface IncidentCheck {
  /** Identifies the process. */
  readonly checker: string;
  /** Identifies this check. */
  readonly token: string;
  readonly isUnchecked: IsUnchecked;
  /** The time after which an open incident is reported again, in ms; 0 means never. */
  readonly reminderMs: number;
}

/** The incidents of a history. A row in the database decides which process reports one. */
export interface IncidentStore {
  /**
   * Compares findings with the open incidents, and claims what is to be reported.
   *
   * @returns undefined if the role cannot write the table, it does not exist, or the server is read-only.
   * @throws DatabaseConnectionError
   */
  claim(findings: readonly Finding[], check: IncidentCheck): Promise<IncidentReport | undefined>;
  /**
   * Adds, to findings without a time, when a check first found them. Those that no check has found yet stay
   * as they are; so do all findings if the incidents cannot be read.
   *
   * @throws DatabaseConnectionError
   */
  withFirstSeen(findings: readonly Finding[]): Promise<readonly Finding[]>;
  /** Confirms that what a check claimed was reported. An unconfirmed claim expires after a while. */
  confirm(check: IncidentCheck): Promise<void>;
}
