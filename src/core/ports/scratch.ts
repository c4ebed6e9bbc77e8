import type { Catalog } from '../catalog/catalog.js';
import type { TableName } from '../target/table.js';
import type { Target } from '../target/target.js';
import type { TargetDatabase } from './ports.js';

/** A catalog that was read without a record. */
export interface WholeCatalog extends Catalog {
  /** The schemas that were read. */
  readonly schemas: readonly string[];
  /** The owner of the history table; undefined without one. */
  readonly owner: string | undefined;
}

/** The settings of a scratch database. */
export interface ScratchRecipe {
  /** URL of a database on another server. @default the server of the migrations */
  readonly server: string | undefined;
  /** Extensions to create in it. */
  readonly extensions: readonly string[];
}

/** A database that is created for one comparison and then dropped. */
export interface ScratchDatabase {
  /** Its random name, which nothing in the real database can contain. */
  readonly name: string;
  readonly target: TargetDatabase;
  /** The history tables of the tenants that were added, if they have their own. */
  readonly tenantHistories: readonly TableName[];
  /**
   * Creates the schema of a tenant.
   *
   * @param tenant the target of the tenant.
   * @returns the same target in this database.
   * @throws DatabaseConnectionError, DatabaseError
   */
  addTenant(tenant: Target): Promise<TargetDatabase>;
  /** Extensions that the live database has and this one does not. */
  missingExtensions(): Promise<readonly string[]>;
  /**
   * Reads what the migrations have created in it.
   *
   * @param migrated true if a run has applied migrations to it; the run must then have recorded the catalog.
   * @throws ScratchDatabaseError if it has not; DatabaseConnectionError, DatabaseError
   */
  readCatalog(migrated: boolean): Promise<WholeCatalog>;
  /** Reads all schemas and all kinds of objects. @throws DatabaseConnectionError, DatabaseError */
  readAll(): Promise<WholeCatalog>;
  /**
   * Dumps its schema and data with `pg_dump`, without the tables of this library.
   *
   * @param program the path of `pg_dump`, or its name.
   * @throws CheckpointError if it cannot be run
   */
  dump(program: string, signal: AbortSignal): Promise<string>;
  /**
   * Dumps only the tables of this library, without their rows.
   *
   * @param histories history tables, which must exist; their companions are dumped too.
   * @throws CheckpointError
   */
  dumpOwnTables(program: string, histories: readonly TableName[], signal: AbortSignal): Promise<string>;
  /** @throws MigrationError */
  drop(): Promise<void>;
}

/** Creates scratch databases that resemble the live one. */
export interface ScratchDatabases {
  /** @throws ScratchDatabaseError, DatabaseConnectionError, DatabaseError */
  create(recipe: ScratchRecipe, signal: AbortSignal): Promise<ScratchDatabase>;
  /**
   * Reads these schemas of the live database.
   *
   * @returns undefined while a run is in progress.
   * @throws DatabaseConnectionError, DatabaseError
   */
  readLive(schemas: readonly string[]): Promise<WholeCatalog | undefined>;
}
