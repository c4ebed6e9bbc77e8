import type { Migrator } from '../../../migrator/migrator.js';
import { usageError } from '../../process/cli-error.js';
import type { ChangeFlags } from '../../process/flags.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { selectsTenants } from '../selects-tenants.js';
import { withMigrator } from '../with-migrator.js';

/** Calls `work` for the shared files, or for the tenant that is selected. @throws CliError if several are */
export async function withOneTarget<T>(
  flags: ChangeFlags,
  { typed }: CommandTerminal,
  work: (migrator: Migrator) => Promise<T>,
): Promise<T> {
  if (!selectsTenants(flags)) return withMigrator(flags, () => {}, work);
  const { readingTenants } = await import('../tenants/with-fleet.js');
  return readingTenants(flags, async ({ fleet, selection }) => {
    const [target, ...others] = await fleet.migrators(selection);
    if (!target || others.length > 0) throw usageError(`${typed.name} works on one tenant: select it with --tenant`);
    return work(target.migrator);
  });
}
