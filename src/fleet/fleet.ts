import { assertTolerance, countStates, fleetHealth, type FleetHealth } from '../core/tenants/fleet-health.js';
import type { RolloutCommand, RunningRollout } from '../core/tenants/running-rollout.js';
import { Standings } from '../core/tenants/standing.js';
import type { Tenant } from '../core/tenants/tenant.js';
import type { Migrator } from '../migrator/migrator.js';
import { RunningOperations } from '../migrator/running-operations.js';
import type { MigrationRun } from '../migrator/run/run-report.js';
import type { CheckpointOptions, CheckpointReport } from '../migrator/use-cases/checkpoint/checkpoint.js';
import type { LintReport } from '../migrator/use-cases/preview/lint.js';
import { adopt } from './adopt.js';
import type { FleetDrift, FleetDriftOptions } from './drift/fleet-drift.js';
import { work, workersOf } from './engine/work.js';
import type { FleetHost, FleetParts } from './parts.js';
import { KnownStandings } from './known-standings.js';
import { migrateFleet } from './migrate-fleet.js';
import { OnDemand } from './on-demand.js';
import type {
  RolloutOptions,
  FleetRun,
  FleetStatus,
  FleetHealthOptions,
  ProvisionOptions,
  ProvisionPlan,
  WorkOptions,
  AdoptTenantsOptions,
  DeprovisionOptions,
} from './fleet-options.js';
import { deprovision, planProvision, provision } from './provision.js';
import { tenantMigrator, type TenantMigrator } from './record-of.js';
import { selected, type TenantSelection } from './selection.js';

/**
 * The migrations of many tenants. Create one with `createFleet()`. Reads never lock, create or write. SIGTERM, SIGINT,
 * the given signal and {@link stop} interrupt operations that change something.
 */
export class Fleet<Definition = unknown> {
  readonly #parts: FleetParts;
  readonly #host: FleetHost<Definition>;
  readonly #operations: RunningOperations;
  readonly #onDemand: OnDemand;
  readonly #known = new KnownStandings(async () => (await this.status()).tenants);

  private constructor(parts: FleetParts, host: FleetHost<Definition>) {
    this.#parts = parts;
    this.#host = host;
    this.#operations = new RunningOperations(host.interruptible);
    this.#onDemand = new OnDemand(parts);
  }

  /** @internal */
  static of<D>(parts: FleetParts, host: FleetHost<D>): Fleet<D> {
    return new this<D>(parts, host);
  }

  /** The states of all tenants, cached for everything that serves requests. @internal */
  get known(): KnownStandings {
    return this.#known;
  }

  /**
   * Applies the shared files, then the tenant files to each tenant that is behind. A failed tenant does not prevent
   * the others from being migrated until the failure budget is used up. The next rollout tries it again.
   *
   * @returns the outcome of every tenant.
   * @throws RolloutStoppedError with the outcome of every tenant, if the rollout stopped early; ConfigurationError if
   *   the list cannot be used, before anything runs unless it depends on the shared files; and the errors of `Migrator.migrate` for the shared files
   */
  async migrate({ signal, ...selection }: RolloutOptions = {}): Promise<FleetRun> {
    const rollout = this.#operations.run(signal, (combined) => migrateFleet(this.#parts, selection, combined));
    return this.#onDemand.noting(rollout).finally(() => this.known.expireAll());
  }

  /**
   * Returns the state of tenants, from one read of the directory and one query for each database, or for each tenant with
   * a history of its own. A database that cannot be read makes its tenants `unknown`; if none can be, the error is thrown.
   * @throws ConfigurationError, DirectoryError, DatabaseConnectionError
   */
  async status(selection: TenantSelection = {}): Promise<FleetStatus> {
    const { records, source, policy } = this.#parts;
    const [set, tenants] = await Promise.all([source.refresh(), this.tenants(selection)]);
    const found = await records.read(tenants, set);
    const standings = new Standings(set, policy).all(tenants, found).map(({ standing }) => standing);
    return { tenants: standings, counts: countStates(standings) };
  }

  /**
   * Reports whether the tenants are ready for this release, in a sentence that names none of them. It costs as much as
   * {@link status}.
   * @throws ConfigurationError, DirectoryError, DatabaseConnectionError
   */
  async health({ tolerated = 0, ...selection }: FleetHealthOptions = {}): Promise<FleetHealth> {
    assertTolerance(tolerated, 'tolerated');
    return fleetHealth((await this.status(selection)).counts, tolerated);
  }

  /**
   * Compares the histories of tenants with the files, and the schemas of tenants with the same migrations with each
   * other. Costs one query for the histories, and one fingerprint for each schema; objects are read only for tenants
   * whose fingerprint differs from that of most.
   * @throws ConfigurationError, DirectoryError, DatabaseConnectionError
   */
  async drift(options: FleetDriftOptions = {}): Promise<FleetDrift> {
    const { fleetDrift } = await import('./drift/fleet-drift.js');
    return fleetDrift(this.#parts, options);
  }

  /**
   * Migrates tenants for the rollouts of other processes, until it is stopped. Needs the option `tenants.engine`. A worker
   * takes only tenants of rollouts that have the same files.
   * @throws ConfigurationError, DirectoryError, DatabaseConnectionError if it cannot begin
   */
  async work({ signal }: WorkOptions = {}): Promise<void> {
    await this.#operations.run(signal, (combined) => work(this.#parts, combined));
  }

  /**
   * The unfinished rollouts of all processes. Needs the option `tenants.engine`, but not its package, and creates nothing.
   * @throws ConfigurationError, DatabaseConnectionError
   */
  async rollouts(): Promise<readonly RunningRollout[]> {
    return (await this.queued()) ?? [];
  }

  /** The same; undefined if there is no queue yet. @internal */
  async queued(): Promise<readonly RunningRollout[] | undefined> {
    return workersOf(this.#parts).rollouts();
  }

  /**
   * Asks a rollout of any process to pause, to continue, or to end: `cancel` also interrupts the migrations that are
   * running. Needs the option `tenants.engine`. @returns false if there is no such rollout, or it has ended.
   * @throws ConfigurationError, DatabaseConnectionError
   */
  async control(rolloutId: string, command: RolloutCommand): Promise<boolean> {
    return workersOf(this.#parts).control(rolloutId, command);
  }

  /** Lints all files of tenants, each as if it were the only pending one. @throws ConfigurationError, DirectoryError */
  async lint(): Promise<LintReport> {
    const [first] = await this.#parts.list();
    return this.#parts.lint(first);
  }

  /**
   * Writes one file at which new tenants start, instead of the tenants' files up to a version. It is proven like one
   * for shared files. @throws ConfigurationError, and the errors of `Migrator.checkpoint`
   */
  async checkpoint(version: string, options: CheckpointOptions = {}): Promise<CheckpointReport> {
    return this.#operations.run(options.signal, (combined) => this.#parts.checkpoint(version, options, combined));
  }

  /** Returns the list of tenants. @throws ConfigurationError */
  async tenants(selection: TenantSelection = {}): Promise<readonly Tenant[]> {
    return selected(await this.#parts.list(), selection);
  }

  /**
   * Returns the migrator of one tenant, for everything else: `plan`, `history`, `mark`, `repair`. Any change
   * is refused if the tenant has no schema, or one with the history of another tenant or schema. @throws ConfigurationError
   */
  async tenant(name: string): Promise<Migrator> {
    const [{ migrator }] = (await this.migrators({ tenants: [name] })) as readonly [TenantMigrator];
    return migrator;
  }

  /** Returns the migrators of several tenants, in the order of the list, which is read once. @throws ConfigurationError */
  async migrators(selection: TenantSelection = {}): Promise<readonly TenantMigrator[]> {
    return (await this.tenants(selection)).map((tenant) => tenantMigrator(this.#parts, tenant));
  }

  /**
   * Applies the shared files and those of a tenant that is needed now. @returns false if that is left to a rollout.
   * @internal
   */
  async migrateOnDemand(name: string): Promise<boolean> {
    return this.#onDemand.once(name, () =>
      this.#operations.run(undefined, (signal) => this.#onDemand.migrate(name, signal)),
    );
  }

  /**
   * Creates the schema of a tenant and applies its files, in one transaction if the files allow it. Safe to repeat.
   * @param tenant its name on the list, or its definition: then it need not be on the list yet.
   * @throws ConfigurationError if the tenant cannot be used, or contradicts the list; and the errors of `Migrator.migrate`
   */
  async provision(tenant: Definition | string, { signal }: ProvisionOptions = {}): Promise<MigrationRun> {
    const checked = await this.#checked(tenant);
    const run = this.#operations.run(signal, (combined) => provision(this.#parts, checked, combined));
    return run.finally(() => this.known.expire(checked.name));
  }

  /** Returns what {@link provision} would do. Changes nothing. @throws ConfigurationError, DirectoryError, DatabaseConnectionError */
  async planProvision(tenant: Definition | string): Promise<ProvisionPlan> {
    return planProvision(this.#parts, await this.#checked(tenant));
  }

  /**
   * Removes the history of a tenant. Its schema stays, unless `dropSchema` is set: then the history of other schemas of
   * the tenant stays, if they exist. A database is never dropped.
   * @param tenant its name on the list, or its definition, which must not contradict the list.
   * @returns the number of rows that were removed from the history.
   * @throws LockTimeoutError if its migrations are running; RefusedError, ConfigurationError, DatabaseError
   */
  async deprovision(tenant: Definition | string, options: DeprovisionOptions = {}): Promise<number> {
    const checked = await this.#checked(tenant);
    return this.#operations
      .run(options.signal, (signal) => deprovision(this.#parts, checked, options, signal))
      .finally(() => this.known.expire(checked.name));
  }

  async #checked(tenant: Definition | string): Promise<Tenant> {
    if (typeof tenant !== 'string') return this.#host.check(tenant);
    return (await this.tenants({ tenants: [tenant] }))[0] as Tenant;
  }

  /**
   * Takes over the histories of tenants whose schemas have other OIDs than recorded, as after restoring, upgrading or moving
   * the database, and records it in the audit. It does nothing for other tenants, or if the schema is empty. A history of a
   * schema of another name is only taken over for tenants that are named; if their schema was renamed, its new name is
   * recorded. If databases cannot be read, it fails after the other tenants; a dry run leaves their tenants out.
   *
   * @returns the names of the tenants whose history was changed; if it fails or is interrupted, the error names them.
   * @throws ConfigurationError, LockTimeoutError if migrations of a tenant are running; InterruptedError, DatabaseError
   */
  async adopt({ signal, reason, dryRun = false, ...selection }: AdoptTenantsOptions = {}): Promise<readonly string[]> {
    const tenants = await this.tenants(selection);
    const isNamed = selection.tenants !== undefined;
    const adoption = this.#operations.run(signal, (combined) =>
      adopt(this.#parts, tenants, { signal: combined, reason, dryRun, isNamed }),
    );
    return adoption.finally(() => this.known.expireAll());
  }

  /** Interrupts all running and future operations, and waits until they end. */
  async stop(reason = 'a request'): Promise<void> {
    await this.#operations.stop(reason);
    await this.#parts.shared?.stop(reason);
  }

  /** Stops and closes its own connections. Pools of the caller stay open. */
  async close(): Promise<void> {
    await this.stop('the shutdown of the fleet');
    await this.#parts.engine.close();
    await this.#host.close();
  }
}
