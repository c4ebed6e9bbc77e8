import { setTimeout as sleep } from 'node:timers/promises';
import { interruptible } from '../../../composition/interruptible.js';
import { DatabaseConnectionError } from '../../../core/errors/database-errors.js';
import { ConfigurationError, NotUpToDateError } from '../../../core/errors/input-errors.js';
import type { Migrator } from '../../../migrator/migrator.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { millisecondsOf, secondsProblem } from '../../process/seconds.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';
import { reading } from '../with-migrator.js';

const POLL_MS = 1_000;

/** Waits until nothing is pending, even while the database is unreachable. */
export const wait: Action<ReadFlags> = (flags, { out, err }) => {
  const { timeout = '300' } = flags;
  const timeoutMs = millisecondsOf(timeout);
  if (timeoutMs === undefined) throw new ConfigurationError('INVALID_OPTIONS', [secondsProblem('--timeout', timeout)]);
  const say = flags.json ? err : out;
  return reading(flags, async (migrator) => {
    // Without a handler, a signal does not terminate PID 1 in a container.
    await interruptible((signal) => untilUpToDate(migrator, performance.now() + timeoutMs, say, signal));
    if (flags.json) out(jsonText({ upToDate: true }));
    else out('Nothing is pending');
    return EXIT.ok;
  });
};

/** @throws the last error when the deadline has passed, or immediately an error that waiting cannot fix. */
async function untilUpToDate(
  migrator: Migrator,
  deadline: number,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let said = '';
  for (;;) {
    signal.throwIfAborted();
    const error: unknown = await migrator.validate().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return;
    const mayPass = error instanceof NotUpToDateError || error instanceof DatabaseConnectionError;
    const leftMs = deadline - performance.now();
    if (!mayPass || leftMs <= 0) throw error;
    const reason = reasonOf(error);
    if (reason !== said) say(`Waiting: ${reason}`);
    said = reason;
    await sleep(Math.min(POLL_MS, leftMs), undefined, { signal });
  }
}

function reasonOf(error: NotUpToDateError | DatabaseConnectionError): string {
  if (error instanceof DatabaseConnectionError) return error.reason;
  const { pending, failed } = error;
  return [...failed.map((file) => `${file} has not finished`), ...pending.map((file) => `${file} is pending`)].join(
    ', ',
  );
}
