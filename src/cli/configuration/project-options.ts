import type { ResolvedTenantsOptions } from '../../composition/fleet/tenants-options.js';
import type { ResolvedOptions } from '../../composition/options.js';

/** The options of a project. */
export interface ProjectOptions extends ResolvedOptions {
  readonly tenants?: ResolvedTenantsOptions;
}
