import { targetOf } from '../../../composition/create-migrator.js';
import { DatabaseConnectionError } from '../../../core/errors/database-errors.js';
import type { EmitEvent } from '../../../core/events/events.js';
import { retry, type Retry } from '../../../timing/retry.js';
import { EXIT } from '../../process/exit-codes.js';
import type { RunFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { WorkView } from '../../render/tenants/work-view.js';
import type { Action } from '../action.js';
import { runUntilSignal } from '../run-until-signal.js';
import { withFleet, type TenantsAtWork } from '../tenants/with-fleet.js';
import { listenFor } from './listener.js';

/** Migrates tenants for the rollouts of other processes, until a signal ends it. */
export const work: Action<RunFlags> = async (flags, terminal) => {
  const { json = false } = flags;
  const { out, typed } = terminal;
  const view = new WorkView(typed, () => performance.now());
  const { onEvent, close } = await listenFor(view, terminal, json);
  // What it has done is printed before the signal ends the process.
  return runUntilSignal(flags, terminal, async (signal) => {
    await withFleet(flags, onEvent, (given) => begin(given, onEvent, signal));
    close();
    out(json ? jsonText(view.json) : view.summary);
    return EXIT.ok;
  }).finally(close);
};

/** The server with the list and the queue may still be starting. */
async function begin({ fleet, options }: TenantsAtWork, onEvent: EmitEvent, signal: AbortSignal): Promise<void> {
  const target = targetOf(options).name;
  const onRetry = ({ error, ...attempt }: Retry): void => {
    const { reason } = error as DatabaseConnectionError;
    onEvent({ type: 'connection-retry', runId: undefined, reason, ...attempt, target, at: new Date() });
  };
  const { connectRetry: forMs } = options.timeouts;
  await retry(() => fleet.work({ signal }), {
    forMs,
    isTransient: (error) => error instanceof DatabaseConnectionError,
    onRetry,
    signal,
  });
}
