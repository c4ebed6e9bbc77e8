import type { Migrator } from '../../../migrator/migrator.js';
import type { ChangeFlags } from '../../process/flags.js';
import { selectsTenants } from '../selects-tenants.js';
import { withMigrator } from '../with-migrator.js';

/** What a command changes: the history of the shared files, or that of a tenant. */
export interface ChangeTarget {
  /** Undefined for the shared files. */
  readonly tenant: string | undefined;
  readonly migrator: Migrator;
}

/** Calls `work` with the targets that the flags select. */
export async function withTargets<T>(
  flags: ChangeFlags,
  work: (targets: readonly ChangeTarget[]) => Promise<T>,
): Promise<T> {
  if (!selectsTenants(flags))
    return withMigrator(
      flags,
      () => {},
      (migrator) => work([{ tenant: undefined, migrator }]),
    );
  const { readingTenants } = await import('../tenants/with-fleet.js');
  return readingTenants(flags, async ({ fleet, selection }) => work(await fleet.migrators(selection)));
}
