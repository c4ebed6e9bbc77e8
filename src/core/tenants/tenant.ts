/** A tenant, after its list has been checked. */
export interface Tenant {
  readonly name: string;
  /** Undefined for a tenant that has a database of its own. */
  readonly schema: string | undefined;
  /** For waves and reports. */
  readonly group: string | undefined;
  /** Values for placeholders, in addition to those of all tenants. */
  readonly placeholders: Readonly<Record<string, string>>;
  readonly place: TenantPlace;
}

/** Where a tenant lives. */
export interface TenantPlace {
  /** Equal for tenants in one database, whoever logs in; empty for the database of the shared files. */
  readonly database: string;
  /** Equal for tenants with one way to connect. @default that of the shared files */
  readonly connection?: string | undefined;
  /** Equal for tenants on one server. */
  readonly server: string;
}

/** The database of the shared files. */
export const MAIN_DATABASE = '';

/** The placeholder for the quoted name of the tenant's schema. */
export const SCHEMA_PLACEHOLDER = 'schema';
