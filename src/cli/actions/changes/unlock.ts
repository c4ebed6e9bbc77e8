import { describeHolder } from '../../../core/errors/lock-errors.js';
import type { UnlockOptions, UnlockReport } from '../../../migrator/use-cases/unlock.js';
import { EXIT } from '../../process/exit-codes.js';
import type { UnlockFlags } from '../../process/flags.js';
import { millisecondsOf, secondsProblem } from '../../process/seconds.js';
import { configurationText } from '../../../core/problems/configuration-problem.js';
import { CliError } from '../../process/cli-error.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';
import { confirm } from './confirm.js';
import { withOneTarget } from './with-one-target.js';

/** Shows who holds the migration lock, and terminates a holder whose client is gone. */
export const unlock: Action<UnlockFlags> = (flags, terminal) => {
  const { json = false, dryRun = false, yes = false, force = false, reason } = flags;
  const options: UnlockOptions = { force, ...silence(flags), ...(reason !== undefined && { reason }) };
  const report = (result: UnlockReport, text: string): void =>
    terminal.out(json ? jsonText({ dryRun: !result.ended, ...result }) : text);
  return withOneTarget(flags, terminal, async (migrator) => {
    const found = await migrator.unlock({ ...options, dryRun: true });
    if (!found.holder) {
      report(found, 'The migration lock is free.');
      return EXIT.ok;
    }
    const held = `The migration lock is ${describeHolder(found.holder)}.`;
    if (!found.isGone && !force && !dryRun && !yes) {
      report(found, `${held} Its process may still be working: wait for it, or terminate it with --force.`);
      return EXIT.locked;
    }
    const plan = `${held}\nThis would terminate backend ${found.holder.pid} and roll back what it is running.`;
    if (dryRun) {
      report(found, plan);
      return EXIT.ok;
    }
    if (!yes) await confirm(plan, terminal);
    const done = await migrator.unlock(options);
    report(done, done.ended ? `Terminated backend ${done.holder?.pid}. The migration lock is free.` : held);
    return EXIT.ok;
  });
};

function silence({ silentFor }: UnlockFlags): Pick<UnlockOptions, 'silentFor'> {
  if (silentFor === undefined) return {};
  const ms = millisecondsOf(silentFor);
  if (ms === undefined)
    throw new CliError('USAGE', EXIT.usage, configurationText(secondsProblem('--silent-for', silentFor)));
  return { silentFor: ms };
}
