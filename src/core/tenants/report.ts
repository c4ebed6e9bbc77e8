import type { Finding } from '../errors/finding.js';
import type { MigrationError } from '../errors/migration-error.js';

/**
 * How a rollout ended for a tenant. `applied`: it now has all migrations. `nothing-to-do`: it already had them. `failed`:
 * it is still behind, with the error of its run. `skipped`: the rollout stopped before its turn, or it
 * was removed during the rollout and is no longer on the list. `interrupted`: its run was interrupted.
 */
export type TenantOutcome = 'applied' | 'nothing-to-do' | 'failed' | 'skipped' | 'interrupted';

/** The result of a rollout for one tenant. */
export interface TenantResult {
  readonly tenant: string;
  readonly group: string | undefined;
  readonly outcome: TenantOutcome;
  /** The migrations that this rollout applied, in order. A failed tenant keeps them. */
  readonly applied: readonly string[];
  /** The ID of the run, as in its history and events; undefined if there was none. */
  readonly runId: string | undefined;
  /** In milliseconds. */
  readonly durationMs: number;
  /** Only if it failed or was interrupted: the error that a single run would throw. */
  readonly error?: MigrationError | Error;
}

/** Why a rollout stopped early. */
export interface RolloutStop {
  /** `failures`: the failure budget is used up. `gate`: a gate did not open. `interrupted`: it was asked to stop. `list`: the tenants that were created meanwhile, or their states, are unknown. `engine`: the engine failed, or no worker was found. */
  readonly by: 'failures' | 'gate' | 'interrupted' | 'list' | 'engine';
  /** In words. */
  readonly reason: string;
}

/** The result of a rollout. */
export interface RolloutReport {
  /** Every tenant on the list, in list order. */
  readonly tenants: readonly TenantResult[];
  /** The number of tenants, by outcome. */
  readonly counts: Readonly<Record<TenantOutcome, number>>;
  /** Absent if the rollout went through all tenants. */
  readonly stopped?: RolloutStop;
  /** Warnings about the list of tenants. */
  readonly warnings: readonly Finding[];
  /** In milliseconds. */
  readonly durationMs: number;
}

/** The number of results, by outcome. */
export function countOutcomes(results: readonly Pick<TenantResult, 'outcome'>[]): Record<TenantOutcome, number> {
  const counts = { applied: 0, 'nothing-to-do': 0, failed: 0, skipped: 0, interrupted: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

const WORDS: Readonly<Record<TenantOutcome, string>> = {
  applied: 'migrated',
  'nothing-to-do': 'with nothing to do',
  failed: 'failed',
  skipped: 'not started',
  interrupted: 'interrupted',
};

/** An outcome in words: `migrated`. */
export function describeOutcome(outcome: TenantOutcome): string {
  return WORDS[outcome];
}

/** `2 migrated, 1 failed`: the outcomes of a rollout that occurred. */
export function describeCounts(counts: RolloutReport['counts']): string {
  const parts = (Object.keys(WORDS) as TenantOutcome[])
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome].toLocaleString('en')} ${WORDS[outcome]}`);
  return parts.join(', ') || 'none';
}
