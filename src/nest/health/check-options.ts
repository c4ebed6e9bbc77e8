import { assertTolerance } from '../../core/tenants/fleet-health.js';
import type { HealthOptions, ResolvedModuleOptions } from '../configuration/options.js';

type Resolved = ResolvedModuleOptions['health'];

/** The options of one check: those of the module, overridden by those that are given. @throws ConfigurationError */
export function checkOptions({ tenants: limits, ...defaults }: Resolved, given: HealthOptions): Resolved {
  const { tenants, ...rest } = given;
  const merged = { ...defaults, ...withoutUndefined(rest), tenants: { ...limits, ...withoutUndefined(tenants ?? {}) } };
  assertTolerance(merged.tenants.tolerated, 'health.tenants.tolerated');
  return merged;
}

/** Values from JavaScript may be undefined, and so may values that a configuration lacks. */
function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
