import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { EmitEvent, MigrationEvent } from '../../core/events/events.js';
import type { LineLevel } from '../../core/events/event-line.js';
import { renderEventAs } from '../../core/events/render-event.js';
import { limitProblems, type RunLimit } from '../../core/status/run-limit.js';
import { EXIT } from '../process/exit-codes.js';
import type { RunFlags } from '../process/flags.js';
import type { Style } from '../process/live-output.js';
import { withFlags } from '../process/option-flags.js';
import type { CommandTerminal } from '../process/terminal.js';
import { inCommands } from '../process/voice.js';
import { RunView } from '../render/live/run-view.js';
import type { Action } from './action.js';
import { runUntilSignal } from './run-until-signal.js';
import { TENANTS_NOT_INCLUDED } from './tenants-not-included.js';
import { withMigrator } from './with-migrator.js';

/** Applies pending migrations. */
export const migrate: Action<RunFlags> = async (flags, terminal) => {
  const limit = limitOf(flags);
  if (flags.dryRun) return (await import('./describe-plan.js')).describePlan(flags, terminal, limit);
  const { onEvent, close } = await listener(terminal, flags.json === true);
  try {
    return await runUntilSignal(flags, terminal, async (signal) => {
      const run = await withMigrator(flags, onEvent, async (migrator, { tenants }) => {
        const finished = await migrator.migrate({ ...limit, signal });
        if (tenants) terminal.err(TENANTS_NOT_INCLUDED);
        return finished;
      });
      if (flags.json) terminal.out(JSON.stringify(run));
      return EXIT.ok;
    });
  } finally {
    close();
  }
};

/** Prints events: as plain lines, unless the output is a terminal. */
async function listener(
  { out, err, live, typed }: CommandTerminal,
  isJson: boolean,
): Promise<{ readonly onEvent: EmitEvent; readonly close: () => void }> {
  const say = inCommands(typed);
  const view = new RunView(say, () => performance.now());
  const output = await live(isJson ? 'err' : 'out', () => view.text);
  const print = isJson ? err : out;
  const onEvent: EmitEvent = (event) => {
    for (const { level, text } of output ? view.note(event) : renderEventAs(say, event)) {
      if (level === 'debug' && event.type !== 'migration-notice') continue;
      if (output) output.print(withFlags(text), styleOf(level, event));
      else print(withFlags(text));
    }
  };
  return { onEvent, close: () => output?.close() };
}

function styleOf(level: LineLevel, { type }: MigrationEvent): Style | undefined {
  if (level === 'warning') return 'yellow';
  return type === 'migration-applied' || type === 'run-finished' ? 'green' : undefined;
}

/** @throws ConfigurationError, which names the flags. */
function limitOf({ to, step }: RunFlags): RunLimit {
  const limit = { to, step: step === undefined ? undefined : Number(step.trim() || 'nothing') };
  const given = Number.isNaN(limit.step) ? JSON.stringify(step) : undefined;
  const problems = limitProblems(limit, given).map((problem) => ({
    ...problem,
    option: `--${problem.option}`,
    others: problem.others?.map(({ option }) => ({ option: `--${option}` })),
  }));
  if (problems.length > 0) throw new ConfigurationError('INVALID_OPTIONS', problems);
  return limit;
}
