import type { Task } from '../../core/compile/task.js';
import type { ServerErrorDetails } from '../../core/errors/database-errors.js';
import { isTransient } from '../../core/errors/sqlstate.js';
import type { Statement } from '../../core/sql/statements/statements.js';
import { pause } from '../../timing/pause.js';
import { describeBlockers } from '../catalog/blockers.js';
import type { ExecutionContext } from './execution-context.js';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** Counts the attempts per migration, and pauses between them. */
export class LockRetry {
  private attempts = 0;
  private task: Task | undefined;

  constructor(private readonly context: ExecutionContext) {}

  /**
   * Decides whether to retry a migration after a transient error. If so, reports the retry and pauses first.
   *
   * @param statement the failed statement, to report what blocked it.
   */
  async allowsAnother(task: Task, server: ServerErrorDetails, statement: Statement | undefined): Promise<boolean> {
    const { connection, timeouts, listener, settings } = this.context;
    if (!isTransient(server)) return false;
    if (this.task !== task) this.attempts = 0;
    this.task = task;
    if (this.attempts >= timeouts.tableLockRetries) return false;
    this.attempts++;
    const pauseMs = pauseAfter(this.attempts);
    const blockers = await describeBlockers(connection, statement?.node);
    const reason = blockers === undefined ? server.message : `${server.message}: ${blockers}`;
    listener.retrying(task.program.migration, this.attempts + 1, reason, Math.round(pauseMs));
    await pause(pauseMs, settings.signal);
    return true;
  }
}

/** The pause after a number of attempts, with jitter, in ms. */
function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random());
}
