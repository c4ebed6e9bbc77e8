import { ConfigurationError } from '../core/errors/input-errors.js';
import { unknownGroup, unknownTenant } from '../core/tenants/check-tenants.js';
import type { Tenant } from '../core/tenants/tenant.js';

/** The tenants that an operation applies to. @default all */
export interface TenantSelection {
  /** By name. */
  readonly tenants?: readonly string[] | undefined;
  readonly group?: string | undefined;
}

/** @throws ConfigurationError if a name or group is unknown. */
export function selected(all: readonly Tenant[], { tenants: names, group }: TenantSelection): readonly Tenant[] {
  const known = new Set(names && all.map(({ name }) => name));
  const unknown = (names ?? []).filter((name) => !known.has(name));
  const problems = unknown.map((name) => unknownTenant(name, all));
  if (group !== undefined && !all.some((tenant) => tenant.group === group)) problems.push(unknownGroup(group, all));
  if (problems.length > 0) throw new ConfigurationError('INVALID_OPTIONS', problems);
  return stillSelected(all, { tenants: names, group });
}

/** The same for a selection that has been checked: tenants may have left the list since. */
export function stillSelected(all: readonly Tenant[], { tenants: names, group }: TenantSelection): readonly Tenant[] {
  if (names === undefined && group === undefined) return all;
  const wanted = names && new Set(names);
  return all.filter(
    (tenant) => (!wanted || wanted.has(tenant.name)) && (group === undefined || tenant.group === group),
  );
}
