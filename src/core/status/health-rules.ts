/** What a health check reports. `degraded` still serves: with `@nestjs/terminus` the HTTP status stays 200. */
export type HealthStatus = 'up' | 'degraded' | 'down';

/** The status that a condition gives a check. `ignore`: the condition is not even mentioned. */
export type HealthRule = HealthStatus | 'ignore';

/** The status that each condition gives a check. The worst one wins. The defaults suit a readiness probe. */
export interface HealthRules {
  /** A file of this release is not applied, or cannot be applied. @default 'down' */
  readonly pending: HealthRule;
  /** A migration of this release has failed. @default 'down' */
  readonly failed: HealthRule;
  /** A migration of this release has started and not finished, or a background run is in progress. @default 'down' */
  readonly running: HealthRule;
  /** Files and history disagree in a way for which `policy` says `alert` or `fail`. @default 'up' */
  readonly drift: HealthRule;
  /** A newer release has migrated the database. @default 'up' */
  readonly ahead: HealthRule;
}

/** The rules of a readiness probe. */
export const DEFAULT_HEALTH_RULES: HealthRules = {
  pending: 'down',
  failed: 'down',
  running: 'down',
  drift: 'up',
  ahead: 'up',
};

/** From the best to the worst. */
const HEALTH_STATUSES = ['up', 'degraded', 'down'] as const satisfies readonly HealthStatus[];

/** The values of a rule. */
export const HEALTH_RULES = [...HEALTH_STATUSES, 'ignore'] as const satisfies readonly HealthRule[];

/** The worst of several statuses; `up` if there are none. */
export function worstOf(statuses: readonly HealthStatus[]): HealthStatus {
  return HEALTH_STATUSES.findLast((status) => statuses.includes(status)) ?? 'up';
}
