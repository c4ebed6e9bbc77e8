import { createFleetOf } from '../../../composition/fleet/create-fleet.js';
import type { TenantDefinition } from '../../../composition/fleet/tenants-options.js';
import { createMigrator } from '../../../composition/create-migrator.js';
import type { EmitEvent } from '../../../core/events/events.js';
import type { Fleet } from '../../../fleet/fleet.js';
import type { TenantSelection } from '../../../fleet/selection.js';
import type { Migrator } from '../../../migrator/migrator.js';
import type { ProjectOptions } from '../../configuration/project-options.js';
import { settingsFrom } from '../../configuration/settings.js';
import type { RunFlags, TenantFlags } from '../../process/flags.js';
import { noTenants } from '../no-tenants.js';

/** What a command for tenants works with. */
export interface TenantsAtWork {
  readonly fleet: Fleet<TenantDefinition>;
  /** The tenants that the flags select. */
  readonly selection: TenantSelection;
  /** For the shared files; undefined if they are not run before those of tenants. */
  readonly shared: Migrator | undefined;
  readonly options: ProjectOptions & Required<Pick<ProjectOptions, 'tenants'>>;
}

/** Calls `work` with the fleet of the configuration, and closes it afterwards. @throws ConfigurationError without tenants */
export async function withFleet<T>(
  flags: RunFlags,
  onEvent: EmitEvent,
  work: (given: TenantsAtWork) => Promise<T>,
): Promise<T> {
  const { tenants, ...options } = await settingsFrom(flags);
  if (!tenants) throw noTenants();
  const shared = tenants.sharedFiles ? createMigrator({ ...options, tenants }, onEvent) : undefined;
  const fleet = createFleetOf(options, tenants, onEvent, shared ?? null);
  try {
    return await work({ fleet, shared, options: { ...options, tenants }, selection: selectionOf(flags) });
  } finally {
    await fleet.close();
  }
}

/** The same for a command that only reads. */
export function readingTenants<T>(flags: RunFlags, work: (given: TenantsAtWork) => Promise<T>): Promise<T> {
  return withFleet(flags, () => {}, work);
}

function selectionOf({ tenant: tenants, group }: TenantFlags): TenantSelection {
  return { tenants, group };
}
