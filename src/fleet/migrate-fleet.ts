import { ConfigurationError } from '../core/errors/input-errors.js';
import type { Tenant } from '../core/tenants/tenant.js';
import type { Migrator } from '../migrator/migrator.js';
import type { FleetRun } from './fleet-options.js';
import type { FleetParts } from './parts.js';
import { Rollout } from './rollout.js';
import { selected, type TenantSelection } from './selection.js';

/** Applies the shared files, then those of the selected tenants. */
export async function migrateFleet(
  parts: FleetParts,
  selection: TenantSelection,
  signal: AbortSignal,
): Promise<FleetRun> {
  const { shared } = parts;
  if (!shared) return { shared, ...(await new Rollout(parts, selection, signal).run()) };
  const listed = await listBefore(parts, shared, selection);
  const run = await shared.migrate({ signal });
  await shared.recorded(); // recording may use the only connection of a pool
  const isOutdated = run.applied.length + run.appliedByOthers.length > 0;
  try {
    const report = await new Rollout(parts, selection, signal).run(isOutdated ? undefined : listed);
    return { shared: run, ...report };
  } catch (error) {
    if (error instanceof ConfigurationError && run.applied.length > 0)
      error.addLine(`These shared migrations had already been applied: ${run.applied.join(', ')}.`);
    throw error;
  }
}

/**
 * The list before the shared files are applied, so that a mistake in the list or the selection is found before anything
 * runs. Undefined if it cannot be read: the reason may be that it needs these files.
 *
 * @throws ConfigurationError
 */
async function listBefore(parts: FleetParts, shared: Migrator, selection: TenantSelection) {
  try {
    const listed: readonly Tenant[] | undefined = await parts.listIfReadable();
    if (listed) selected(listed, selection);
    return listed;
  } catch (error) {
    const pending = await shared.pending().catch(() => []);
    if (pending.length > 0 && lacksOnlyGroups(error)) return undefined;
    if (error instanceof ConfigurationError && pending.length > 0)
      error.addLine(
        (say) =>
          'Pending shared migrations were not applied either. ' +
          `If they change the list, apply them first, with ${say({ action: 'migrate-shared' })}.`,
      );
    throw error;
  }
}

/** True if only groups that the waves name are missing: these files may put tenants into them. */
function lacksOnlyGroups(error: unknown): boolean {
  return (
    error instanceof ConfigurationError && error.problems.every(({ option }) => option === 'tenants.rollout.waves')
  );
}
