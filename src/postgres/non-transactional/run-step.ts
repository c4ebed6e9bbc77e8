import type { ServerErrorDetails } from '../../core/errors/database-errors.js';
import { finding } from '../../core/errors/finding.js';
import { isTransient } from '../../core/errors/sqlstate.js';
import type { Outcome } from '../../core/ports/ports.js';
import { locksOut } from '../../core/sql/statements/autocommit.js';
import type { Step } from '../../core/sql/statements/steps.js';
import { dropInvalidLeftovers, invalidIndexesOf } from '../catalog/invalid-indexes.js';
import { concurrentDetach, detachState, finalizeDetach } from '../catalog/pending-detach.js';
import { actingAs } from '../connection/acting-role.js';
import { CLEAN } from '../connection/reset.js';
import type { ScriptResult } from '../connection/script.js';
import {
  isInterrupted,
  record,
  recordedError,
  requireServerError,
  tryRecord,
  wasInterrupted,
  type ExecutionContext,
  type NonTransactionalTask,
} from '../execution/execution-context.js';
import { failed } from '../execution/failure.js';
import { LockRetry } from '../execution/lock-retry.js';
import type { Message, Place } from '../execution/message.js';
import { StepMessages } from './step-messages.js';

const NO_LOCK_LIMIT = 'SET lock_timeout = 0';

/** The result of sending steps: the next step to run, or how the migration ended. */
type SendResult = { readonly next: number } | Outcome;

/** Runs the steps of one non-transactional migration. */
export class StepRun {
  private readonly lockRetry: LockRetry;
  private readonly messages: StepMessages;

  constructor(
    private readonly context: ExecutionContext,
    private readonly task: NonTransactionalTask,
  ) {
    this.lockRetry = new LockRetry(context);
    this.messages = new StepMessages(context, task.program);
  }

  private get file(): string {
    return this.task.program.migration.file;
  }

  private get steps(): readonly Step[] {
    return this.task.program.steps;
  }

  /** Runs and records every step from this one on. */
  async runFrom(index: number): Promise<Outcome> {
    let next = index;
    while (next < this.steps.length) {
      if (isInterrupted(this.context)) return this.stopBefore(next);
      await this.context.lock.assertHeld();
      const result = this.steps[next]?.kind === 'autocommit' ? await this.runSingle(next) : await this.runBatch(next);
      if (!('next' in result)) return result;
      next = result.next;
    }
    return { kind: 'done' };
  }

  /** Prepares a step. If that fails, the migration fails at this step. */
  async guard(index: number, work: () => Promise<void>): Promise<Outcome | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      const server = requireServerError(this.context, error, `preparing ${this.file}`);
      if (isInterrupted(this.context)) return this.stopBefore(index);
      return this.fail(index, server, this.steps[index]?.start, error);
    }
  }

  async recordDone(done: number): Promise<void> {
    const progress = this.messages.progress(done);
    if (progress.length > 0)
      await record(this.context, `recording the progress of ${this.file}`, ['BEGIN', ...progress, 'COMMIT']);
  }

  /** No step has been sent, so the row must not show one in doubt. */
  private async stopBefore(index: number): Promise<Outcome> {
    return this.interrupted('before', index);
  }

  private async interrupted(where: 'before' | 'in', index: number): Promise<Outcome> {
    const why = `interrupted ${where} step ${index + 1} of ${this.steps.length}`;
    const invalidIndexes = await this.findInvalidIndexes(index);
    await record(
      this.context,
      `recording that ${this.file} was interrupted`,
      this.rollbackStatements(this.failureRecord(why, invalidIndexes)),
    );
    return { kind: 'interrupted' };
  }

  /** Runs steps that commit together with their records. */
  private async runBatch(from: number, maxSteps?: number): Promise<SendResult> {
    const message = this.messages.batch(from, maxSteps);
    const last = message.parts.at(-1)?.step ?? from;
    this.report(from, last);
    const result = await this.send(message);
    if (!result.error) return { next: last + 1 };
    // A syntax error fails the whole message: run the steps before it one at a time.
    if (result.completed === 0 && last > from && !isInterrupted(this.context)) {
      await record(this.context, 'rolling back', ['ROLLBACK']);
      return this.runBatch(from, 1);
    }
    return this.afterError(from, message, result);
  }

  /** Runs a step that commits by itself, then records its progress. */
  private async runSingle(index: number): Promise<SendResult> {
    const step = this.steps[index] as Step;
    this.report(index, index);
    let finished = false;
    const failure = await this.guard(index, async () => {
      await this.dropInvalidIndexes(step);
      finished = await this.finishPendingDetach(step);
    });
    if (failure) return failure;
    if (isInterrupted(this.context)) return this.stopBefore(index);
    const limited = !finished && (await this.limitLockWait(step, index));
    const message = this.messages.single(index);
    const result = finished ? undefined : await this.send(message);
    if (result?.error) return this.afterError(index, message, result, limited);
    await this.recordDone(index + 1);
    if (limited) await record(this.context, 'resetting lock_timeout', [NO_LOCK_LIMIT]);
    return { next: index + 1 };
  }

  private report(first: number, last: number): void {
    this.context.listener.runningSteps(this.task.program.migration, first, last, this.steps.length);
  }

  private async send(message: Message): Promise<ScriptResult> {
    const result = await this.context.connection.run(message.text, { copyRows: message.copyRows });
    if (result.error) this.context.notices.attributeTo(undefined); // a ROLLBACK without a transaction warns
    return result;
  }

  private async afterError(
    from: number,
    message: Message,
    { error, completed }: ScriptResult,
    limited = false,
  ): Promise<SendResult> {
    const { context, task } = this;
    const server = requireServerError(context, error, `running ${this.file}`);
    const place = message.locate(completed, server.position);
    const index = place?.part.step ?? from;
    const isAutocommit = this.steps[index]?.kind === 'autocommit';
    if ((!isAutocommit || limited) && isTransient(server)) {
      await record(context, 'rolling back', ['ROLLBACK', ...(limited ? [NO_LOCK_LIMIT] : [])]);
      if (await this.lockRetry.allowsAnother(task, server, place?.statement)) {
        context.notices.attributeTo(task.program.migration);
        return { next: index };
      }
    }
    if (wasInterrupted(context, server)) return this.interrupted('in', index);
    return this.fail(index, server, offsetOf(place) ?? this.steps[index]?.statements.at(-1)?.start, error);
  }

  private async fail(
    index: number,
    server: ServerErrorDetails,
    offset: number | undefined,
    cause: unknown,
  ): Promise<Outcome> {
    const { context, task, steps } = this;
    const invalidIndexes = await this.findInvalidIndexes(index);
    const statements = this.failureRecord(recordedError(server, task), invalidIndexes);
    const recordError = await tryRecord(context, this.rollbackStatements(statements));
    const aftermath = { kind: 'partial', stepsDone: index, stepsTotal: steps.length } as const;
    return failed(context, task, { server, offset, aftermath, cause, recordError, invalidIndexes });
  }

  /** The invalid indexes that a step has left so far. */
  private async findInvalidIndexes(index: number): Promise<readonly string[]> {
    const { connection, notices } = this.context;
    notices.attributeTo(undefined); // a ROLLBACK without a transaction warns
    await tryRecord(this.context, this.rollbackStatements([]));
    const find = (): Promise<string[]> => invalidIndexesOf(connection, this.steps[index]?.statements[0]?.node);
    // A late cancel request may hit the first attempt.
    return find()
      .catch(find)
      .catch(() => []);
  }

  private failureRecord(why: string, invalidIndexes: readonly string[]): string[] {
    const { records } = this.context;
    return [...records.invalidIndexes(this.file, invalidIndexes), ...records.failStep(this.file, why)];
  }

  private rollbackStatements(records: readonly string[]): string[] {
    return ['ROLLBACK', ...CLEAN, ...actingAs(this.context.target.role), ...records];
  }

  /** Otherwise `IF NOT EXISTS` would accept an invalid index from an earlier attempt. */
  private async dropInvalidIndexes({ statements: [first] }: Step): Promise<void> {
    const { connection, listener, settings } = this.context;
    const dropped = await dropInvalidLeftovers(connection, first?.node, {
      onWait: (index) => listener.warning(finding('INDEX_BUILD_AWAITED', { subject: `Index ${index}` })),
      signal: settings.signal,
    });
    for (const name of dropped) listener.warning(finding('INVALID_INDEX_DROPPED', { subject: `Index ${name}` }));
  }

  /**
   * Limits how long a self-committing step waits for a lock that blocks the application, like other steps.
   * A pooled session must not be changed.
   *
   * @returns whether the limit must be removed after the step.
   */
  private async limitLockWait({ statements: [first] }: Step, index: number): Promise<boolean> {
    const { connection, pooled, timeouts } = this.context;
    if (pooled || !first?.node || !locksOut(first.node) || this.messages.ownTimeoutFrom <= index) return false;
    // A function in the file may have set it.
    const { lastValue } = await connection.run(`SELECT pg_catalog.current_setting('lock_timeout')`);
    if (lastValue !== '0') return false;
    return (await connection.run(`SET lock_timeout = ${timeouts.tableLockTimeoutMs}`)).error === undefined;
  }

  /** A concurrent detach that stopped halfway can only be finished, not repeated. @returns whether there was one. */
  private async finishPendingDetach({ statements: [first] }: Step): Promise<boolean> {
    const { connection, listener } = this.context;
    const detach = concurrentDetach(first?.node);
    if (!detach || (await detachState(connection, detach)) !== 'pending') return false;
    await finalizeDetach(connection, detach);
    listener.warning(finding('DETACH_FINISHED', { subject: `Partition ${detach.partition.relname}` }));
    return true;
  }
}

function offsetOf(place: Place | undefined): number | undefined {
  return place?.part.kind === 'body' ? place.offset : undefined;
}
