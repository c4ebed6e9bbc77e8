import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { EmitEvent } from '../../core/events/events.js';
import { renderEventAs } from '../../core/events/render-event.js';
import { limitProblems, type RunLimit } from '../../core/status/run-limit.js';
import { EXIT } from '../process/exit-codes.js';
import type { RunFlags } from '../process/flags.js';
import { withFlags } from '../process/option-flags.js';
import { inCommands } from '../process/voice.js';
import type { Action } from './action.js';
import { withMigrator } from './with-migrator.js';

/** Applies pending migrations. */
export const migrate: Action<RunFlags> = async (flags, { out, err, typed }) => {
  const limit = limitOf(flags);
  const say = inCommands(typed);
  const print = flags.json ? err : out;
  const onEvent: EmitEvent = (event) => {
    for (const { level, text } of renderEventAs(say, event))
      if (level !== 'debug' || event.type === 'migration-notice') print(withFlags(text));
  };
  const run = await withMigrator(flags, onEvent, (migrator) => migrator.migrate(limit));
  if (flags.json) out(JSON.stringify(run));
  return EXIT.ok;
};

/** @throws ConfigurationError, which names the flags. */
function limitOf({ to, step }: RunFlags): RunLimit {
  const limit = { to, step: step === undefined ? undefined : Number(step.trim() || 'nothing') };
  const problems = limitProblems(limit).map(
    (problem) => `--${problem.replace('"to"', '--to').replace('NaN', JSON.stringify(step))}`,
  );
  if (problems.length > 0) throw new ConfigurationError('INVALID_OPTIONS', problems);
  return limit;
}
