import type { WaveResult } from './rollout-settings.js';

/** A rollout that has not ended, seen from any process. */
export interface RunningRollout {
  readonly rolloutId: string;
  /**
   * `paused`: no further tenant is started. `cancelled`: its last migrations are being interrupted. `lost`: the process
   * that drives it has sent no heartbeat for 30 seconds, so it is probably gone; tenants in the queue are still migrated.
   */
  readonly state: 'running' | 'paused' | 'cancelled' | 'lost';
  readonly startedAt: Date;
  /** When the process that drives it last sent a heartbeat. It sends one every second. */
  readonly seenAt: Date;
  /** How many tenants of the present wave there are, and how many of them are done. */
  readonly tenants: number;
  readonly done: number;
  readonly failed: number;
  /** The wave after which it waits at the gate; undefined if it does not. */
  readonly gate: Pick<WaveResult, 'wave' | 'of'> | undefined;
  /** The checksum of its files. Only workers with the same files migrate its tenants. */
  readonly files: string;
}

/** What can be asked of a rollout from any process. */
export type RolloutCommand = 'pause' | 'resume' | 'cancel';

/** What to do if a rollout has no workers. */
export const START_WORKER =
  'Start one of the same release with "nest-migrations fleet work", the module option tenants.worker, or fleet.work(). Workers with other files ignore the rollout';
