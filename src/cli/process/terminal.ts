import type { Invocation } from './invocation.js';

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when a person can be asked. */
  readonly isInteractive: boolean;
  /** Asks for one line. The end of the input is an empty answer. */
  readonly ask: (question: string) => Promise<string>;
}

/** A terminal at which a command was typed. */
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
    // The terminal itself edits the line, so Ctrl+C still ends the process.
    const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    try {
      return await Promise.race([lines.question(question), ended]);
    } finally {
      lines.close();
    }
  },
};
