import { placeholderNames } from '../../../core/compile/placeholders.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import { SCHEMA_PLACEHOLDER } from '../../../core/tenants/tenant.js';
import type { FleetParts } from '../../../fleet/parts.js';
import type { ResolvedOptions } from '../../options.js';
import { tenantTarget } from '../tenant-target.js';
import type { ResolvedTenantsOptions } from '../tenants-options.js';

/** The placeholder values of a tenant that files use. Tenants nearly always have the same ones. */
export function usedValues(options: ResolvedOptions, tenants: ResolvedTenantsOptions): FleetParts['valuesOf'] {
  const delimiters = options.placeholderDelimiters;
  const known = new WeakMap<MigrationSet, readonly string[]>();
  const namesIn = (set: MigrationSet): readonly string[] => {
    const names = set.migrations.flatMap(({ text }) => placeholderNames(text, { delimiters }));
    return [...new Set(names)].filter((name) => name !== SCHEMA_PLACEHOLDER).toSorted();
  };
  return (tenant, set) => {
    const names = known.get(set) ?? namesIn(set);
    known.set(set, names);
    const { placeholders } = tenantTarget(options, tenants, tenant);
    return names.map((name) => placeholders?.values[name] ?? '');
  };
}
