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
export const wait: Action<ReadFlags> = (flags, { out, err, live }) => {
  const { timeout = '300' } = flags;
  const timeoutMs = millisecondsOf(timeout);
  if (timeoutMs === undefined) throw new ConfigurationError('INVALID_OPTIONS', [secondsProblem('--timeout', timeout)]);
  return reading(flags, async (migrator) => {
    const deadline = performance.now() + timeoutMs;
    let reason: string | undefined;
    const textNow = (): string | undefined => reason && `Waiting: ${reason} (up to ${secondsUntil(deadline)} s more)`;
    const output = await live(flags.json ? 'err' : 'out', textNow);
    const onReason = (current: string): void => {
      if (!output && current !== reason) (flags.json ? err : out)(`Waiting: ${current}`);
      reason = current;
    };
    try {
      // Without a handler, a signal does not terminate PID 1 in a container.
      await interruptible((signal) => untilUpToDate(migrator, deadline, onReason, signal));
    } finally {
      output?.close();
    }
    if (flags.json) out(jsonText({ upToDate: true }));
    else out('Nothing is pending');
    return EXIT.ok;
  });
};

/** @throws the last error when the deadline has passed, or immediately an error that waiting cannot fix. */
async function untilUpToDate(
  migrator: Migrator,
  deadline: number,
  onReason: (reason: string) => void,
  signal: AbortSignal,
): Promise<void> {
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
    onReason(reasonOf(error));
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

function secondsUntil(deadline: number): number {
  return Math.max(0, Math.round((deadline - performance.now()) / 1_000));
}
