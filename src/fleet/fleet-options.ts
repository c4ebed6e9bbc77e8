import type { Finding } from '../core/errors/finding.js';
import type { Tolerance } from '../core/tenants/fleet-health.js';
import type { RolloutReport } from '../core/tenants/report.js';
import type { TenantStanding, TenantState } from '../core/tenants/standing.js';
import type { MigrationRun } from '../migrator/run/run-report.js';
import type { TenantSelection } from './selection.js';

/** Options of `Fleet.migrate`. */
export interface RolloutOptions extends TenantSelection {
  /** Interrupts the rollout: running statements are cancelled. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** The result of `Fleet.migrate`. */
export interface FleetRun extends RolloutReport {
  /** The run of the shared files; undefined if there are none. */
  readonly shared: MigrationRun | undefined;
}

/** The state of the tenants. */
export interface FleetStatus {
  /** In the order of the list. */
  readonly tenants: readonly TenantStanding[];
  /** The number of tenants, by state. */
  readonly counts: Readonly<Record<TenantState, number>>;
}

/** Options of `Fleet.health`. */
export interface FleetHealthOptions extends TenantSelection {
  /** How many tenants, or what share of them (`'1%'`), need not be current. @default 0 */
  readonly tolerated?: Tolerance | undefined;
}

/** Options of `Fleet.provision`. */
export interface ProvisionOptions {
  /** Interrupts the operation. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `Fleet.work`. */
export interface WorkOptions {
  /** Ends the work: running statements are cancelled, and another worker continues with those tenants. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `Fleet.adopt`. */
export interface AdoptTenantsOptions extends TenantSelection, ProvisionOptions {
  /** The reason to record in the audit. @default none */
  readonly reason?: string;
  /** Only return the tenants whose history may be changed. @default false */
  readonly dryRun?: boolean;
}

/** What `Fleet.provision` would do. */
export interface ProvisionPlan {
  /** The name of the tenant. */
  readonly tenant: string;
  /** Undefined if it has a database of its own and no schema. */
  readonly schema: string | undefined;
  /** True if the schema does not exist. */
  readonly createsSchema: boolean;
  /** True if the schema is created in the transaction of all files, so that nothing is left if one of them fails. */
  readonly inOneTransaction: boolean;
  /** The migrations that would run. */
  readonly pending: readonly string[];
  /** Why it would be refused; empty if it would not. */
  readonly refusals: readonly Finding[];
}

/** Options of `Fleet.deprovision`. */
export interface DeprovisionOptions extends ProvisionOptions {
  /**
   * Also drops the schema of the tenant, with everything in it. It is refused for `public`, and for a schema with objects of
   * which no history says that it is the tenant's: a row of this tenant for it, or its own history table.
   *
   * @default false
   */
  readonly dropSchema?: boolean;
  /** The reason to record in the audit. @default none */
  readonly reason?: string | undefined;
  /** Takes no lock and changes nothing; only returns the number of rows that would be removed. @default false */
  readonly dryRun?: boolean;
}
