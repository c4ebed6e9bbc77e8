import { interruptible } from '../../composition/interruptible.js';
import type { CommonFlags } from '../process/flags.js';
import type { CommandTerminal } from '../process/terminal.js';

/**
 * Runs what a signal may interrupt. The signal ends the process as soon as the run has ended, so the error that
 * `--json` promises is printed before.
 *
 * @returns the exit code.
 */
export function runUntilSignal(
  { json = false }: CommonFlags,
  { out, typed }: CommandTerminal,
  run: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  return interruptible((signal) =>
    run(signal).catch(async (error: unknown) => {
      if (!json || !signal.aborted) throw error;
      const [{ exitCodeOf }, { errorToJson }, { jsonText }] = await Promise.all([
        import('../process/failure.js'),
        import('../render/error-to-json.js'),
        import('../render/json-text.js'),
      ]);
      out(jsonText(errorToJson(error, typed)));
      return exitCodeOf(error);
    }),
  );
}
