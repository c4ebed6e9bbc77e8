import { syntaxTreeOf } from '../../core/compile/program.js';
import type { Task } from '../../core/compile/task.js';
import type { ServerErrorDetails } from '../../core/errors/database-errors.js';
import { isTransient } from '../../core/errors/sqlstate.js';
import type { Statement } from '../../core/sql/statements/statements.js';
import { AFTER_TABLE_LOCK, Backoff } from '../../timing/backoff.js';
import { describeBlockers } from '../catalog/blockers.js';
import type { ExecutionContext } from './execution-context.js';

/** Counts the attempts per migration, and pauses between them. */
export class LockRetry {
  private attempts = 0;
  private backoff = new Backoff(AFTER_TABLE_LOCK);
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
    if (this.task !== task) this.startOver(task);
    if (this.attempts >= timeouts.tableLockRetries) return false;
    this.attempts++;
    const blockers = await describeBlockers(connection, statement && (await syntaxTreeOf(task.program, statement)));
    const reason = blockers === undefined ? server.message : `${server.message}: ${blockers}`;
    await this.backoff.pause(settings.signal, (pauseMs) =>
      listener.retrying(task.program.migration, this.attempts + 1, reason, pauseMs),
    );
    return true;
  }

  private startOver(task: Task): void {
    this.task = task;
    this.attempts = 0;
    this.backoff = new Backoff(AFTER_TABLE_LOCK);
  }
}
