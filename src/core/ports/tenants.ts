import type { MigrationSet } from '../migration/migration-set.js';
import type { TenantRecord, UnreadRecord } from '../tenants/standing.js';
import type { TenantCatalog } from '../tenants/majority.js';
import type { Tenant } from '../tenants/tenant.js';

/** Reads what is recorded about tenants. Never locks, creates or writes. */
export interface TenantRecords {
  /**
   * Reads the records of tenants, in their order. Tenants that share a history take one query, however many there are.
   *
   * A database that cannot be read does not keep the others from being read.
   *
   * @throws DatabaseConnectionError, HistoryTableError, MigrationError, if no database can be read.
   */
  read(tenants: readonly Tenant[], set: MigrationSet): Promise<readonly (TenantRecord | UnreadRecord)[]>;
  /**
   * How long ago a migration of one of these tenants was last applied, in ms, by the server's clock.
   *
   * @returns undefined if that is not recorded or cannot be read.
   */
  sinceApplied(tenants: readonly Tenant[]): Promise<number | undefined>;
  /** True if the tenant shares its history with the others in its database, so that one query reads them all. */
  isShared(tenant: Tenant): boolean;
}

/** The fingerprint of the objects of a tenant. */
export interface TenantFingerprint {
  /** Equal for tenants with the same objects, whatever their names are; undefined while somebody is changing them. */
  readonly fingerprint: string | undefined;
  /** Tenants are comparable if this is equal: the major version of the server, and whether they have a schema. */
  readonly kind: string;
}

/** Reads what is in the schemas of tenants; for a tenant without a schema, in its database. Never locks, creates or writes. */
export interface TenantCatalogs {
  /**
   * Fingerprints tenants, in their order. A database that cannot be read does not keep the others from being read.
   *
   * @throws MigrationError if no database can be read.
   */
  fingerprints(tenants: readonly Tenant[]): Promise<readonly (TenantFingerprint | UnreadRecord)[]>;
  /** Reads the objects of a tenant. @throws MigrationError */
  read(tenant: Tenant): Promise<TenantCatalog>;
}

/** What happens to a tenant that is removed. */
export interface TenantRemoval {
  /** Also drops its schema with everything in it. */
  readonly dropSchema: boolean;
  /** Takes no lock and changes nothing; only counts the rows. */
  readonly dryRun: boolean;
  /** The reason to record in the audit. */
  readonly reason?: string | undefined;
  /** Cancels the removal. */
  readonly signal: AbortSignal;
}

/** How the history of a tenant is taken over. */
export interface TenantAdoption {
  /** True if the caller vouches for the schema, even if the history was recorded for one of another name. */
  readonly isNamed: boolean;
  /** The reason to record in the audit. */
  readonly reason?: string | undefined;
  /** Cancels it. */
  readonly signal: AbortSignal;
}

/** Creates and removes what belongs to one tenant. */
export interface TenantSchemas {
  /** Creates the schema of a tenant, if there is none. @throws MigrationError */
  create(tenant: Tenant): Promise<void>;
  /**
   * Removes the history of a tenant, under its lock and in one transaction.
   *
   * @returns the number of rows.
   * @throws LockTimeoutError if its migrations are running; RefusedError if its schema is not certainly its own;
   *   MigrationError
   */
  remove(tenant: Tenant, removal: TenantRemoval): Promise<number>;
  /**
   * Assigns the history of a tenant to its present schema, under its lock and in one transaction. For a named tenant
   * whose schema was only renamed, it records the new name.
   *
   * @returns false if there was nothing to change.
   * @throws LockTimeoutError if its migrations are running; MigrationError
   */
  adopt(tenant: Tenant, adoption: TenantAdoption): Promise<boolean>;
}
