import { EXIT } from '../../process/exit-codes.js';
import type { ChangeFlags } from '../../process/flags.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { jsonText } from '../../render/json-text.js';
import { selectsTenants } from '../selects-tenants.js';
import { withMigrator } from '../with-migrator.js';
import { confirm } from './confirm.js';
import { outcomeOf, planOf, type Change } from './definition.js';

/**
 * Shows a change and makes it once it is confirmed, by `--yes` or at the terminal.
 *
 * @throws CliError when it is not confirmed.
 */
export async function makeChange<T>(flags: ChangeFlags, terminal: CommandTerminal, change: Change<T>): Promise<number> {
  if (selectsTenants(flags)) return (await import('./change-tenants.js')).changeTenants(flags, terminal, change);
  const { json = false, dryRun = false, yes = false, reason } = flags;
  const report = (result: T, text: string): number => {
    terminal.out(json ? jsonText({ dryRun, ...change.toJson(result) }) : text);
    return EXIT.ok;
  };
  return withMigrator(
    flags,
    () => {},
    async (migrator) => {
      const planned = await change.make(migrator, { dryRun: true });
      const plan = planOf(change, planned);
      if (plan === '' || dryRun) return report(planned, plan || change.nothing(planned));
      if (!yes) await confirm(plan, terminal);
      const done = await change.make(migrator, reason === undefined ? {} : { reason });
      return report(done, outcomeOf(change, done));
    },
  );
}
