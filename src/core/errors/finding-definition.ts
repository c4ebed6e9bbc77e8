import type { CatalogReason } from '../problems/catalog-reason.js';
import type { CheckpointReason } from '../problems/checkpoint-reason.js';
import type { FileProblemReason } from '../problems/file-problem.js';
import type { NonTransactionalReason } from '../problems/non-transactional-reason.js';
import type { Voice } from './remedy.js';

/** How serious a finding is. `note`: for information. `warning`: should be checked. `error`: must be fixed. */
export type Severity = 'note' | 'warning' | 'error';

/** A command that may have caused a finding about an object, as the DDL audit recorded it. */
export interface RecordedCommand {
  /** Its tag: `ALTER TABLE`. */
  readonly command: string;
  readonly at: Date;
  readonly role: string;
  /** The login role. */
  readonly login: string;
  /** `application_name` of its connection. */
  readonly application: string;
  /** The address of its client; null for a socket. */
  readonly address: string | null;
}

/**
 * Why something was found: why a file cannot be used, or not in one transaction; why a catalog was not compared; or whether
 * an unfinished migration `failed` or had only `begun`.
 */
export type FindingReason =
  FileProblemReason | NonTransactionalReason | CatalogReason | CheckpointReason | 'begun' | 'failed';

/** The data of a finding. Fields that do not apply are absent. */
export interface FindingDetails {
  /** A migration's file, an object in the database, a directory, or a database. */
  readonly subject: string;
  /** The tenant that the finding is about. @default it is about no particular tenant */
  readonly tenant?: string;
  /** A tenant that agrees with most tenants that have the same migrations: with `same` of `of`. */
  readonly comparedWith?: { readonly tenant: string; readonly same: number; readonly of: number };
  /** Position in the file. Both count from 1; columns are in characters. */
  readonly line?: number;
  readonly column?: number;
  /** Why, as a code. `detail` is then the value that the reason is about. */
  readonly reason?: FindingReason;
  /** The values of the option `layout` with which the file may be valid. */
  readonly layouts?: readonly string[];
  /** How many steps of a non-transactional migration have finished. */
  readonly steps?: { readonly done: number; readonly total: number };
  /** The text or name that the finding is about. */
  readonly detail?: string;
  /** The files, objects or other names that the finding is about, if there may be several. */
  readonly names?: readonly string[];
  /** The recorded value: a checksum, a name, or the definition of an object. */
  readonly recorded?: string | null;
  /** The value found instead. */
  readonly actual?: string | null;
  /**
   * Since when, if known: when a migration failed or was applied; when the catalog was recorded, which is before the
   * change; otherwise, and in alerts, when a drift check first found it. When a file was edited or deleted is not known.
   */
  readonly since?: Date;
  /**
   * Commands on the object since then, the latest ones in order, if the DDL audit is enabled and this process may read
   * it.
   */
  readonly changedBy?: readonly RecordedCommand[];
  /** A unified diff from the recorded source to the file, or of definitions, if requested. Secrets are masked. */
  readonly diff?: string;
}

/** The severity and the texts of a finding code. */
export interface FindingDefinition {
  readonly severity: Severity;
  /** The problem: the rest of a sentence that begins with the subject. */
  readonly text: (details: FindingDetails) => string;
  /** What to do, in full sentences; empty if there is nothing to do. Actions are phrased by `say`. */
  readonly remedy: (details: FindingDetails, say: Voice) => string;
}
