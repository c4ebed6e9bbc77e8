import type { LockHolder } from '../errors/lock-errors.js';
import type { MigrationError } from '../errors/migration-error.js';

/**
 * `none`: connected to the server itself. `transaction`: behind a pooler that changes the server connection between
 * transactions. `unclear`: behind a pooler that did not change it, so it may be in session mode.
 */
export type Pooling = 'none' | 'transaction' | 'unclear';

/** Facts about a database, read over a connection before a run. */
export interface DatabaseFacts {
  readonly database: string;
  /** The role that migrates. */
  readonly role: string;
  /** `server_version_num`: 150004 is 15.4. */
  readonly version: number;
  readonly isEncrypted: boolean;
  /** True if the connection is local. */
  readonly isLocal: boolean;
  readonly standby: boolean;
  readonly readOnly: boolean;
  readonly pooling: Pooling;
  /** The schema in which unqualified names are created, and whether the role may create objects in it. */
  readonly creationSchema: { readonly name: string; readonly mayCreate: boolean } | null;
  readonly history: HistoryFacts;
  readonly holder: LockHolder | undefined;
  /** Problems that the run itself would report, with the same wording. */
  readonly problems: readonly MigrationError[];
}

/** The place of the history. */
interface HistoryFacts {
  readonly schema: string;
  readonly name: string;
  readonly schemaExists: boolean;
  readonly tableExists: boolean;
  readonly mayCreateSchema: boolean;
  readonly mayCreateTable: boolean;
  /** The parts of our schema that are not installed yet, in words. */
  readonly outdated: readonly string[];
}
