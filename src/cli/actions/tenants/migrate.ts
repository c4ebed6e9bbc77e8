import type { EmitEvent } from '../../../core/events/events.js';
import type { RolloutReport } from '../../../core/tenants/report.js';
import { RolloutStoppedError } from '../../../core/tenants/rollout-stopped.js';
import { usageError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { RunFlags } from '../../process/flags.js';
import { withFlags } from '../../process/option-flags.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { inCommands } from '../../process/voice.js';
import { rolloutToJson } from '../../render/error-to-json.js';
import { jsonText } from '../../render/json-text.js';
import { RunView } from '../../render/live/run-view.js';
import { renderFailures } from '../../render/tenants/render-rollout.js';
import { RolloutView } from '../../render/tenants/rollout-view.js';
import type { Action } from '../action.js';
import { runUntilSignal } from '../run-until-signal.js';
import { withFleet } from './with-fleet.js';

/** Applies the shared files, then migrates the tenants that are behind. */
export const migrateTenants: Action<RunFlags> = async (flags, terminal) => {
  if (flags.to !== undefined || flags.step !== undefined)
    throw usageError('--to and --step do not work with tenants: all of them get the same migrations');
  if (flags.dryRun) return (await import('./plan.js')).planOfTenants(flags, terminal);
  const { onEvent, close } = await listener(terminal, flags.json === true);
  const { out, typed } = terminal;
  const report = (rollout: RolloutReport): number => {
    close();
    if (flags.json) out(jsonText(rolloutToJson(rollout, typed)));
    else for (const line of renderFailures(rollout, typed)) out(line);
    return rollout.stopped || rollout.counts.failed > 0 ? EXIT.failed : EXIT.ok;
  };
  // The report is printed before a signal ends the process.
  return runUntilSignal(flags, terminal, (signal) =>
    withFleet(flags, onEvent, async ({ fleet, selection }) =>
      report(await fleet.migrate({ ...selection, signal })),
    ).catch((error: unknown) => {
      if (flags.json || !(error instanceof RolloutStoppedError)) throw error;
      return report(error.report);
    }),
  ).finally(close);
};

/** Prints events: as plain lines, unless the output is a terminal. */
async function listener(
  { out, err, live, typed }: CommandTerminal,
  isJson: boolean,
): Promise<{ readonly onEvent: EmitEvent; readonly close: () => void }> {
  const say = inCommands(typed);
  const shared = new RunView(say, () => performance.now());
  let rollout: RolloutView | undefined;
  const output = await live(isJson ? 'err' : 'out', () => rollout?.text ?? shared.text);
  const view = (rollout = new RolloutView(say, output !== undefined));
  const print = isJson ? err : out;
  const onEvent: EmitEvent = (event) => {
    const isAboutTenants = event.tenant !== undefined || 'rolloutId' in event;
    for (const { level, text } of isAboutTenants ? view.note(event) : shared.note(event)) {
      if (level === 'debug' && event.type !== 'migration-notice') continue;
      if (output) output.print(withFlags(text), level === 'warning' ? 'yellow' : undefined);
      else print(withFlags(text));
    }
  };
  return { onEvent, close: () => output?.close() };
}
