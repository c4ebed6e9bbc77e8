import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerErrorDetails } from '../../core/errors/errors.js';
import type { Program } from '../../core/compile/program.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { isPassing, pauseMs } from '../connection/passing.js';
import type { RunContext } from './run-context.js';

/** Counts the attempts at one migration after another, and pauses between them. */
export class Patience {
  private attempts = 0;
  private program: Program | undefined;

  constructor(private readonly context: RunContext) {}

  /** True when the migration, which was rolled back, is to be tried again; told and paused for already. */
  async allowsAnother(program: Program, server: ServerErrorDetails): Promise<boolean> {
    const { timeouts, listener, settings } = this.context;
    if (!isPassing(server)) return false;
    if (this.program !== program) this.attempts = 0;
    this.program = program;
    if (this.attempts >= timeouts.lockRetries) return false;
    this.attempts++;
    listener.retrying(program.migration, this.attempts + 1, server.message);
    await sleep(pauseMs(this.attempts), undefined, { signal: settings.signal }).catch(() => {});
    return true;
  }
}

/** Statements that set a file's own limits for its transaction. */
export function localTimeouts({ timeouts }: Program): string[] {
  return [
    ...(timeouts.lockTimeout === undefined ? [] : [`SET LOCAL lock_timeout = ${quoteLiteral(timeouts.lockTimeout)}`]),
    ...(timeouts.statementTimeout === undefined
      ? []
      : [`SET LOCAL statement_timeout = ${quoteLiteral(timeouts.statementTimeout)}`]),
  ];
}

/**
 * The same for a session in which a file runs in steps. What commits by itself builds concurrently, as a rule: it may
 * wait for its locks, because nobody waits behind it, and giving up would leave an invalid index.
 */
export function sessionTimeouts({ timeouts }: Program): string[] {
  return [
    `SET lock_timeout = ${quoteLiteral(timeouts.lockTimeout ?? '0')}`,
    ...(timeouts.statementTimeout === undefined
      ? []
      : [`SET statement_timeout = ${quoteLiteral(timeouts.statementTimeout)}`]),
  ];
}
