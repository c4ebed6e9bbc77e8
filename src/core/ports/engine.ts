import type { FleetEventBody } from '../events/fleet-events.js';
import type { MigrationSet } from '../migration/migration-set.js';
import type { RolloutStop, TenantResult } from '../tenants/report.js';
import type { RolloutCommand, RunningRollout } from '../tenants/running-rollout.js';
import type { Tenant } from '../tenants/tenant.js';

/** A part of a rollout that is given to an engine. */
export interface EngineTask {
  readonly rolloutId: string;
  /** The files that each tenant gets. */
  readonly set: MigrationSet;
  /** How many tenants of one server one process may migrate at the same time. */
  readonly parallelism: number;
  /** How many of the tenants may fail before no further one may be started. */
  readonly failuresLeft: number;
  /** Called before each tenant; if it returns false, this tenant and all others are left out. */
  readonly mayStart: () => boolean;
  /** Aborted when the rollout is interrupted. */
  readonly signal: AbortSignal;
  /** Migrates a tenant in this process. Never rejects. */
  readonly migrate: (tenant: Tenant) => Promise<TenantResult>;
  /**
   * Receives the result of each tenant that was started, once.
   *
   * @param isRepeated true if an earlier attempt may have done something too, which only the history tells.
   */
  readonly settle: (tenant: Tenant, result: TenantResult, isRepeated: boolean) => void;
  /** Reports on the rollout. */
  readonly emit: (event: FleetEventBody) => void;
  /** Stops the rollout, for a reason of the engine's own. */
  readonly stop: (stop: RolloutStop) => void;
}

/** Arranges for the tenants of one wave to be migrated. */
export interface FleetEngine {
  /**
   * Returns when no tenant is being migrated any more.
   *
   * @throws MigrationError if the engine itself fails.
   */
  run(tenants: readonly Tenant[], task: EngineTask): Promise<void>;
  /**
   * Shows other processes that a rollout waits at a gate, until the signal is aborted.
   *
   * @returns why the rollout must stop, if one of them cancels it. Never rejects.
   */
  waitAtGate?(
    rollout: Pick<EngineTask, 'rolloutId' | 'set'>,
    gate: NonNullable<RunningRollout['gate']>,
    signal: AbortSignal,
  ): Promise<RolloutStop | undefined>;
  /** Called when the rollout has ended and no further part of it follows. */
  ended(rolloutId: string): Promise<void>;
  /** For an engine that has other processes do the work. @default none */
  readonly workers?: FleetWorkers;
  /** Closes its own connections. */
  close(): Promise<void>;
}

/** Work for the rollouts of other processes. */
export interface FleetWorkers {
  /** Migrates tenants until the signal of the worker is aborted. @throws MigrationError if it cannot begin. */
  work(worker: TenantWorker): Promise<void>;
  /** The rollouts that have not ended; undefined if there is no queue yet. Only reads. @throws MigrationError */
  rollouts(): Promise<readonly RunningRollout[] | undefined>;
  /** @returns false if there is no such rollout, or it has ended. Creates nothing. @throws MigrationError */
  control(rolloutId: string, command: RolloutCommand): Promise<boolean>;
}

/** What a worker of an engine can do. */
export interface TenantWorker {
  /** The files that it knows. */
  readonly set: MigrationSet;
  /** How many tenants of one server it migrates at the same time. */
  readonly parallelism: number;
  /** Aborted when it must end. */
  readonly signal: AbortSignal;
  /** Reads the list of tenants to its end. @throws ConfigurationError */
  readonly list: () => Promise<readonly Tenant[]>;
  /** Called once it has begun to ask for tenants. @param tenants how many are on the list. */
  readonly onStart: (tenants: number) => void;
  /** Called for each rollout with other files, once. */
  readonly onOtherFiles: (rollout: RunningRollout) => void;
  /** Finds out where tenants stand. @returns a function that migrates one of them. Neither rejects. */
  readonly prepare: (tenants: readonly Tenant[], rolloutId: string) => Promise<MigrateTenant>;
}

/** Migrates a tenant. Never rejects. @param signal interrupts it. */
export type MigrateTenant = (tenant: Tenant, signal: AbortSignal) => Promise<TenantResult>;

/** What an engine outside this process needs to know about a fleet. */
export interface EngineHost {
  /** Equal for all processes with the same fleet. */
  readonly name: string;
  /** How migrations connect to the database of the shared files: a pool, a configuration or a connection string of `pg`. */
  readonly connection: unknown;
  /** Those of the given tenants whose migration lock is known to be free. Never rejects. */
  readonly unlocked: (tenants: readonly Tenant[]) => Promise<readonly Tenant[]>;
}

/** An engine for the option `tenants.engine`. */
export interface FleetEngineFactory {
  /** @internal */
  create(host: EngineHost): FleetEngine;
}
