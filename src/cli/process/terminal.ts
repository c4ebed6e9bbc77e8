import type { Invocation } from './invocation.js';
import type { LiveOutput } from './live-output.js';

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The width of `out`; undefined if it is not a terminal. */
  readonly columns: number | undefined;
  /**
   * A live output on the stream of `out` or `err`; undefined if that is not a terminal.
   *
   * @param textNow returns the text to update; undefined for none.
   */
  readonly live: (where: 'out' | 'err', textNow: () => string | undefined) => Promise<LiveOutput | undefined>;
  /** True if someone can answer a prompt. */
  readonly isInteractive: boolean;
  /** Prompts for one line. The end of the input counts as an empty answer. */
  readonly ask: (question: string) => Promise<string>;
}

/** The terminal that a command runs in. */
export interface CommandTerminal extends Terminal {
  readonly typed: Invocation;
  /** From now on, an error suggests commands as if this had been typed. */
  readonly retype: (typed: Invocation) => void;
}

/** The terminal of this process. */
export const terminal: Terminal = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  live: async (where, textNow) => {
    const stream = where === 'out' ? process.stdout : process.stderr;
    if (!stream.isTTY) return undefined;
    const { isWatched, openLiveOutput } = await import('./live-output.js');
    return isWatched(stream) ? openLiveOutput(stream, textNow) : undefined;
  },
  get columns() {
    // Some pseudo-terminals report 0.
    return process.stdout.isTTY ? process.stdout.columns || undefined : undefined;
  },
  get isInteractive() {
    return process.stdin.isTTY && process.stderr.isTTY;
  },
  ask: async (question) => {
    const { createInterface } = await import('node:readline/promises');
    // Line editing is left to the terminal itself, so Ctrl+C still ends the process.
    const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    try {
      return await Promise.race([lines.question(question), ended]);
    } finally {
      lines.close();
    }
  },
};
