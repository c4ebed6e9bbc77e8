import type { Invocation } from './invocation.js';

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True if someone can answer a prompt. */
  readonly isInteractive: boolean;
  /** Prompts for one line. The end of the input counts as an empty answer. */
  readonly ask: (question: string) => Promise<string>;
}

/** The terminal that a command runs in. */
export interface CommandTerminal extends Terminal {
  readonly typed: Invocation;
}

export const terminal: Terminal = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
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
