import type { Finding, FindingCode } from '../errors/finding.js';

/** What a drift check has to report, in a fleet where each incident is reported by one process. */
export interface IncidentReport {
  /** New findings, and known ones whose values have changed; with the time since when they are known. */
  readonly opened: readonly Finding[];
  /** Findings that were reported before and still exist after the time between reminders. */
  readonly reminders: readonly Finding[];
  readonly resolved: readonly ResolvedIncident[];
}

/** A finding that is gone. */
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
  /** Codes that it did not look for: incidents with them stay open. */
  readonly unchecked: readonly FindingCode[];
  /** After how long an open incident is reported again, in ms; 0 means never. */
  readonly reminderMs: number;
}

/** The incidents of a history. A row in the database decides which process reports one. */
export interface IncidentStore {
  /**
   * Compares findings with the open incidents, and claims what is to be reported.
   *
   * @returns undefined if the role may not write, the table does not exist, or the server is read-only.
   * @throws DatabaseConnectionError
   */
  claim(findings: readonly Finding[], check: IncidentCheck): Promise<IncidentReport | undefined>;
  /** Confirms that what a check claimed was reported. What nobody confirms is claimed again after a while. */
  confirm(check: IncidentCheck): Promise<void>;
}
