import type { Finding } from '../core/errors/finding.js';
import type { EmitEvent } from '../core/events/events.js';
import type { History } from '../core/history/history.js';
import type { MigrationSet } from '../core/migration/migration-set.js';
import type { ObjectFilter } from '../core/catalog/patterns.js';
import type { FleetEngine } from '../core/ports/engine.js';
import type { DiffTexts, MigrationSource } from '../core/ports/ports.js';
import type { TenantCatalogs, TenantRecords, TenantSchemas } from '../core/ports/tenants.js';
import type { DriftPolicy } from '../core/status/policy.js';
import type { RolloutSettings } from '../core/tenants/rollout-settings.js';
import type { Tenant } from '../core/tenants/tenant.js';
import type { Migrator } from '../migrator/migrator.js';
import type { CheckpointOptions, CheckpointReport } from '../migrator/use-cases/checkpoint/checkpoint.js';
import type { LintReport } from '../migrator/use-cases/preview/lint.js';

/** How the runs of one tenant go. */
export interface TenantRunSettings {
  /** Receives the ID of each run when it starts. @default none */
  readonly onStart?: ((runId: string) => void) | undefined;
  /** Its history as it was a moment ago. @default a run reads it first */
  readonly expected?: History | undefined;
}

/** What the use cases of a fleet depend on. */
export interface FleetParts {
  /** For the shared files, which run before those of tenants; undefined if there are none. */
  readonly shared: Migrator | undefined;
  /** Reads the list of tenants to its end. @throws ConfigurationError listing every problem */
  readonly list: () => Promise<readonly Tenant[]>;
  /** The same; undefined if it cannot be read to its end. @throws ConfigurationError if it is invalid */
  readonly listIfReadable: () => Promise<readonly Tenant[] | undefined>;
  /** Queries servers only if the list is ambiguous. @throws ConfigurationError if two tenants turn out to share a schema */
  readonly assertDistinct: (all: readonly Tenant[]) => Promise<void>;
  /** The files of tenants. */
  readonly source: MigrationSource;
  readonly records: TenantRecords;
  readonly schemas: TenantSchemas;
  /** Undefined if the catalog is not checked. */
  readonly catalogs: TenantCatalogs | undefined;
  /** Objects that are left out when schemas are compared. */
  readonly ignoresObject: ObjectFilter;
  readonly diffTexts: DiffTexts;
  /** The placeholder values of a tenant, besides its schema, that these files use. */
  readonly valuesOf: (tenant: Tenant, set: MigrationSet) => readonly string[];
  /** The values that messages about a tenant must not show. */
  readonly secretsOf: (tenant: Tenant) => readonly string[];
  /** @param files what its runs apply. */
  readonly migratorOf: (tenant: Tenant, files: MigrationSource, settings?: TenantRunSettings) => Migrator;
  /** The same for the files on disk. @param refusals called before anything runs. */
  readonly carefulMigratorOf: (tenant: Tenant, refusals: () => Promise<readonly Finding[]>) => Migrator;
  /** The same for a tenant whose schema is created in the transaction of its files. */
  readonly creatorOf: (tenant: Tenant, files: MigrationSource) => Migrator;
  /** True if all files can run in one transaction for this tenant. */
  readonly isTransactional: (tenant: Tenant, set: MigrationSet) => Promise<boolean>;
  /** Lints the files of tenants. @param sample a tenant whose placeholder values are used. */
  readonly lint: (sample: Tenant | undefined) => Promise<LintReport>;
  /** Writes a checkpoint of the files of tenants. */
  readonly checkpoint: (
    version: string,
    options: Omit<CheckpointOptions, 'signal'>,
    signal: AbortSignal,
  ) => Promise<CheckpointReport>;
  readonly engine: FleetEngine;
  readonly policy: DriftPolicy;
  readonly rollout: RolloutSettings;
  readonly emit: EmitEvent;
  /** For messages. */
  readonly target: string;
  /** Has a session kept for a tenant, until the returned function has been called. */
  readonly expect: (tenant: Tenant) => () => Promise<void>;
}

/** What a fleet needs in addition to its parts. */
export interface FleetHost<Definition> {
  /** Runs work that the signals of the process may interrupt. */
  readonly interruptible: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Checks a tenant that need not be on the list, but must not contradict it. @throws ConfigurationError */
  readonly check: (tenant: Definition) => Promise<Tenant>;
  readonly close: () => Promise<void>;
}
