import type { TenantOutcome, TenantResult } from './report.js';
import type { WaveDefinition } from './waves.js';

/** A wave that has ended, or of which every tenant was current when the rollout began. */
export interface WaveResult {
  /** Counts from 1. */
  readonly wave: number;
  /** The number of waves. */
  readonly of: number;
  /** All tenants of the wave; `nothing-to-do` for those that were current. */
  readonly tenants: readonly TenantResult[];
  readonly counts: Readonly<Record<TenantOutcome, number>>;
}

/**
 * Decides whether the next wave may begin.
 *
 * @param signal aborted when the rollout is interrupted; the rollout then does not wait for the gate.
 */
export type Gate = (wave: WaveResult, signal: AbortSignal) => boolean | Promise<boolean>;

/** How a rollout processes its tenants. */
export interface RolloutSettings {
  /** Waves before the last one, which has all other tenants. */
  readonly waves: readonly WaveDefinition[];
  /** Between two waves: a delay in ms, or a function. Undefined: the next wave begins at once. */
  readonly gate: number | Gate | undefined;
  /** Once this many tenants, or this share of those that are behind, have failed, no further tenant is started. */
  readonly stopAfter: number | `${number}%`;
  /** How many tenants on one server are migrated at the same time. */
  readonly parallelism: number;
}
