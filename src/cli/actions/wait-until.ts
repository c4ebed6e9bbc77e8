import { interruptible } from '../../composition/interruptible.js';
import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import { ConfigurationError, NotUpToDateError } from '../../core/errors/input-errors.js';
import { list } from '../../core/errors/wording.js';
import { retry } from '../../timing/retry.js';
import { EXIT } from '../process/exit-codes.js';
import type { ReadFlags } from '../process/flags.js';
import { millisecondsOf, secondsProblem } from '../process/seconds.js';
import type { CommandTerminal } from '../process/terminal.js';
import { jsonText } from '../render/json-text.js';

/** The pauses need not grow: each poll is one cheap query. */
const POLLING = { firstPauseMs: 1_000, longestPauseMs: 1_000, factor: 1 } as const;

/** How long to wait, in ms. @throws ConfigurationError */
export function timeoutOf({ timeout = '300' }: ReadFlags): number {
  const timeoutMs = millisecondsOf(timeout);
  if (timeoutMs === undefined) throw new ConfigurationError('INVALID_OPTIONS', [secondsProblem('--timeout', timeout)]);
  return timeoutMs;
}

/**
 * Waits until nothing is pending, even while the database is unreachable.
 *
 * @param validate throws as long as something is pending.
 */
export async function waitUntil(
  validate: () => Promise<unknown>,
  timeoutMs: number,
  { json = false }: ReadFlags,
  { out, err, live }: CommandTerminal,
): Promise<number> {
  const deadline = performance.now() + timeoutMs;
  let reason: string | undefined;
  const textNow = (): string | undefined => reason && `Waiting: ${reason} (up to ${secondsUntil(deadline)} s more)`;
  const output = await live(json ? 'err' : 'out', textNow);
  const onReason = (current: string): void => {
    if (!output && current !== reason) (json ? err : out)(`Waiting: ${current}`);
    reason = current;
  };
  try {
    // Without a handler, a signal does not terminate PID 1 in a container.
    await interruptible((signal) =>
      retry(validate, {
        ...POLLING,
        forMs: timeoutMs,
        isTransient: mayPass,
        onRetry: ({ error }) => mayPass(error) && onReason(reasonOf(error)),
        signal,
      }),
    );
  } finally {
    output?.close();
  }
  if (json) out(jsonText({ upToDate: true }));
  else out('Nothing is pending');
  return EXIT.ok;
}

/** An error that may go away while waiting. */
function mayPass(error: unknown): error is NotUpToDateError | DatabaseConnectionError {
  return error instanceof NotUpToDateError || error instanceof DatabaseConnectionError;
}

function reasonOf(error: NotUpToDateError | DatabaseConnectionError): string {
  return error instanceof DatabaseConnectionError ? error.reason : list(error.reasons);
}

function secondsUntil(deadline: number): number {
  return Math.max(0, Math.round((deadline - performance.now()) / 1_000));
}
