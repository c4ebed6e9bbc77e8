import type { Finding } from '../errors/finding.js';
import type { RolloutReport, RolloutStop, TenantResult } from '../tenants/report.js';

/**
 * The events of a rollout over tenants, in order. It begins with `rollout-started` and ends with `rollout-finished` or
 * `rollout-stopped`. In between come the events of the runs, each with its tenant.
 */
export type FleetEventBody =
  /** Emitted again if tenants were created during the rollout. */
  | {
      readonly type: 'rollout-started';
      /** The number of tenants. */
      readonly tenants: number;
      /** The number of those that are not current. */
      readonly behind: number;
      /** The number of waves with such tenants. */
      readonly waves: number;
    }
  | {
      readonly type: 'wave-started';
      /** Counts from 1 and includes waves that have nothing to do. */
      readonly wave: number;
      readonly of: number;
      /** The number of its tenants. */
      readonly tenants: number;
    }
  /** The rollout waits until the next wave may begin. */
  | {
      readonly type: 'gate-reached';
      /** The wave before the gate, counted from 1. */
      readonly wave: number;
      readonly of: number;
      /** How long it waits, in ms; absent if a function decides. */
      readonly delayMs?: number;
    }
  /** A tenant for which no run was started. */
  | { readonly type: 'tenant-refused'; readonly tenant: string; readonly refusals: readonly Finding[] }
  /** The rollout knows how it ended for a tenant that was started, in this process or in a worker. Emitted once for each. */
  | { readonly type: 'tenant-finished'; readonly tenant: string; readonly result: TenantResult }
  /** Another process has paused the rollout: migrations that are running finish, and no further tenant is started. */
  | { readonly type: 'rollout-paused' }
  /** Another process has let the rollout continue. */
  | { readonly type: 'rollout-resumed' }
  /** Tenants are left, and no worker with the same files takes one. Not emitted again until a worker has finished a tenant. */
  | {
      readonly type: 'rollout-without-worker';
      /** For how long, in ms. */
      readonly waitedMs: number;
      /** How much longer the rollout waits before it stops, in ms. */
      readonly remainingMs: number;
      /** The checksum of its files, which workers need too. */
      readonly files: string;
    }
  /** The rollout has gone through all tenants. */
  | {
      readonly type: 'rollout-finished';
      /** The number of tenants, by outcome. */
      readonly counts: RolloutReport['counts'];
      readonly warnings: readonly Finding[];
      readonly durationMs: number;
    }
  | {
      readonly type: 'rollout-stopped';
      readonly by: RolloutStop['by'];
      /** Why it stopped, in words. */
      readonly reason: string;
      readonly counts: RolloutReport['counts'];
      readonly durationMs: number;
    };

/**
 * The events of a worker, which migrates tenants for the rollouts of other processes. In between come the events of the
 * runs, each with its tenant.
 */
export type WorkerEventBody =
  /** It has begun to ask for tenants. */
  | {
      readonly type: 'worker-started';
      /** The number of tenants on its list. */
      readonly tenants: number;
      /** The checksum of the files that it has. */
      readonly files: string;
    }
  /** It leaves a rollout to other workers, because that rollout has different files. Emitted once for each rollout. */
  | {
      readonly type: 'worker-files-differ';
      readonly rolloutId: string;
      /** The checksum of the files of the worker. */
      readonly files: string;
      /** The checksum of the files of the rollout. */
      readonly rolloutFiles: string;
    }
  /** It has ended an attempt to migrate a tenant. Another attempt may follow, in this worker or in another one. */
  | {
      readonly type: 'worker-tenant-finished';
      readonly tenant: string;
      readonly rolloutId: string;
      readonly result: TenantResult;
    };
