import type { RolloutCommand, RunningRollout } from '../../../core/tenants/running-rollout.js';
import { CliError, usageError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CommonFlags } from '../../process/flags.js';
import { commandLine } from '../../process/retype.js';
import { jsonText } from '../../render/json-text.js';
import { lostAmong } from '../../render/tenants/lost-rollouts.js';
import type { Action } from '../action.js';
import { readingTenants } from '../tenants/with-fleet.js';

/** Stops a rollout from starting further tenants. */
export const pause = asking('pause', (rolloutId, program) => [
  `Paused rollout ${rolloutId}: no further tenant is started, and running migrations finish.`,
  `To continue, run \`${commandLine(program, ['fleet', 'resume', rolloutId])}\`.`,
]);

/** Lets a paused rollout continue. */
export const resume = asking('resume', (rolloutId) => [`Rollout ${rolloutId} continues.`]);

/** Ends a rollout. */
export const cancel = asking('cancel', (rolloutId) => [
  `Cancelled rollout ${rolloutId}: running migrations are interrupted, and no further tenant is started.`,
  'The next rollout continues with the tenants that are behind.',
]);

function asking(
  command: RolloutCommand,
  describe: (rolloutId: string, program: string) => readonly string[],
): Action<CommonFlags> {
  return (flags, { out, typed }, given) =>
    readingTenants(flags, async ({ fleet }) => {
      const rollouts = await fleet.rollouts();
      const { rolloutId } = choose(rollouts, given);
      if (!(await fleet.control(rolloutId, command))) throw noRollout(`rollout ${rolloutId} has ended`);
      const others = rollouts.filter((each) => each.rolloutId !== rolloutId);
      const lines = [...describe(rolloutId, typed.program), ...(command === 'resume' ? [] : lostAmong(others, typed))];
      out(flags.json ? jsonText({ rolloutId, command }) : lines.join('\n'));
      return EXIT.ok;
    });
}

/** @param given an ID, or the beginning of one. @throws CliError */
function choose(rollouts: readonly RunningRollout[], given: string | undefined): RunningRollout {
  if (given === '') throw usageError('the ID of the rollout is empty');
  const [found, ...others] =
    given === undefined ? defaultCandidates(rollouts) : rollouts.filter(({ rolloutId }) => rolloutId.startsWith(given));
  if (!found) throw noRollout(given === undefined ? 'no rollout is running' : `no rollout ${given} is running`);
  if (others.length === 0) return found;
  const ids = [found, ...others].map(({ rolloutId }) => `\n  ${rolloutId}`);
  throw usageError(`${ids.length} rollouts are running; choose one by its ID:${ids.join('')}`);
}

/** Those that a command without an ID may mean. Lost ones still have jobs, but stand back if another one is alive. */
function defaultCandidates(rollouts: readonly RunningRollout[]): readonly RunningRollout[] {
  const alive = rollouts.filter(({ state }) => state === 'running' || state === 'paused');
  return alive.length > 0 ? alive : rollouts.filter(({ state }) => state === 'lost');
}

function noRollout(problem: string): CliError {
  return new CliError('NO_ROLLOUT', EXIT.failed, `error: ${problem}`);
}
