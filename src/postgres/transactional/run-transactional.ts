import { whyInTransaction } from '../../core/compile/non-transactional.js';
import type { ServerErrorDetails } from '../../core/errors/database-errors.js';
import { finding } from '../../core/errors/finding.js';
import type { Task } from '../../core/compile/task.js';
import type { Aftermath } from '../../core/errors/migration-failed.js';
import { isTransient, SQLSTATE } from '../../core/errors/sqlstate.js';
import type { Outcome } from '../../core/ports/ports.js';
import type { ScriptResult } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import {
  claimConflict,
  isInterrupted,
  recordedError,
  redactedError,
  requireServerError,
  retakeIfReleased,
  tryRecord,
  warnOfDetails,
  wasInterrupted,
  type ExecutionContext,
  type NonTransactionalTask,
  type TransactionalTask,
} from '../execution/execution-context.js';
import { failed } from '../execution/failure.js';
import { leaveToServer, tasksOf, unreadableOf } from '../execution/grouping.js';
import { LockRetry } from '../execution/lock-retry.js';
import type { Message, Part, Place } from '../execution/message.js';
import { asSteps } from './as-steps.js';
import { firstUnprepared, isLostClaim, LOST_CLAIM_ERROR } from './lost-statements.js';
import { packEach, packTogether } from './pack.js';
import { Progress } from './progress.js';
import { rollBack, rollbackStatements } from './roll-back.js';
import { runNonTransactional } from '../non-transactional/run-non-transactional.js';

type SendOutcome =
  | Outcome
  /** @param unreadable the tasks that neither the server nor our parser could read. */
  | { readonly kind: 'retry'; readonly from: TransactionalTask; readonly unreadable?: readonly TransactionalTask[] }
  | { readonly kind: 'as-steps'; readonly from: TransactionalTask; readonly steps: NonTransactionalTask };

/** Runs transactional migrations, packed into messages. */
export class TransactionalRun {
  readonly progress: Progress;
  private readonly lockRetry: LockRetry;
  /** False once our prepared statements are gone: a function can drop them without the text showing it. */
  private mayPrepare = true;

  constructor(
    private readonly context: ExecutionContext,
    private readonly mode: 'each' | 'all',
    /** The last task of the run. */
    private readonly lastTask: Task | undefined,
  ) {
    this.lockRetry = new LockRetry(context);
    this.progress = new Progress(context);
  }

  async run(tasks: readonly TransactionalTask[]): Promise<Outcome> {
    let left = tasks;
    // Once a transaction has begun, a message that the server cannot parse aborts it.
    if (this.mode === 'all' && this.needsSeveral(tasks)) left = leaveToServer(tasks, await unreadableOf(tasks));
    for (;;) {
      const outcome = await this.sendAll(this.pack(left));
      if (outcome.kind === 'as-steps') {
        const result = await runNonTransactional(this.context, outcome.steps);
        left = left.slice(left.indexOf(outcome.from) + 1);
        if (result.kind !== 'done' || left.length === 0) return result;
        continue;
      }
      if (outcome.kind !== 'retry') return outcome;
      if (this.mode === 'each') left = left.slice(left.indexOf(outcome.from));
      left = leaveToServer(left, outcome.unreadable);
    }
  }

  /** Packs only until the answer is known, so that at most two messages are held in memory. */
  private needsSeveral(tasks: readonly TransactionalTask[]): boolean {
    const messages = this.pack(tasks);
    messages.next();
    return messages.next().done !== true;
  }

  private pack(tasks: readonly TransactionalTask[]): Generator<Message> {
    const { context, mode, mayPrepare } = this;
    const isEnd = tasks.at(-1)?.program.migration === this.lastTask?.program.migration;
    return mode === 'all' ? packTogether(context, tasks, isEnd) : packEach(context, tasks, isEnd, mayPrepare);
  }

  private async sendAll(messages: Generator<Message>): Promise<SendOutcome> {
    let next = messages.next();
    while (next.done !== true) {
      if (isInterrupted(this.context)) return { kind: 'interrupted' };
      await this.context.lock.assertHeld();
      const message = next.value;
      const sent = this.send(message);
      next = messages.next(); // packed while the server works
      const outcome = await this.afterMessage(message, await sent);
      if (outcome.kind !== 'done') return outcome;
    }
    return { kind: 'done' };
  }

  private async afterMessage(message: Message, result: ScriptResult): Promise<SendOutcome> {
    const { error, completed, lastValue } = result;
    if (error) {
      const rejected = completed === 0 && serverErrorOf(error) !== undefined;
      const divided = rejected ? await this.divide(tasksOf(message)) : undefined;
      return divided ?? this.afterError(message, result);
    }
    if (message.parts.at(-1)?.kind === 'lock-check' && lastValue === 'f') await this.context.lock.retake();
    return { kind: 'done' };
  }

  /** After the server could not parse a message, sends its tasks separately, if that can help. */
  private async divide(tasks: readonly TransactionalTask[]): Promise<SendOutcome | undefined> {
    const unreadable = await unreadableOf(tasks);
    if (tasks[0] && unreadable.length > 0) return { kind: 'retry', from: tasks[0], unreadable };
    if (this.mode === 'all' || tasks.length < 2) return undefined;
    return this.sendAll(this.packAlone(tasks));
  }

  private *packAlone(tasks: readonly TransactionalTask[]): Generator<Message> {
    for (const task of tasks) yield* this.pack([task]);
  }

  private async send(message: Message): Promise<ScriptResult> {
    const { connection, notices } = this.context;
    const { copyRows, prelude } = message;
    const following = this.progress.follow(message);
    // If it fails, the first statement that depends on it fails too.
    if (prelude !== undefined) void connection.run(prelude);
    const result = await connection.run(message.text, { ...following.callbacks, copyRows });
    if (!result.error) following.completed();
    notices.attributeTo(undefined);
    return result;
  }

  private async afterError(message: Message, { error, completed }: ScriptResult): Promise<SendOutcome> {
    const { context } = this;
    const raised = requireServerError(context, error, 'running migrations');
    if (wasInterrupted(context, raised)) {
      await rollBack(this.context);
      return { kind: 'interrupted' };
    }
    const place = message.locate(completed, raised.position);
    const task = place?.part.task;
    const server = isLostClaim(error, context.marker) ? LOST_CLAIM_ERROR : raised;
    if (place?.part.kind === 'end' || place?.part.kind === 'sources') return this.onRecordError(place.part, error);
    const conflict =
      place?.part.kind === 'claim' && task ? claimConflict(context, task.program.migration, server) : undefined;
    if (conflict) {
      await rollBack(this.context);
      return conflict;
    }
    const unprepared = this.mayPrepare && place && firstUnprepared(message, place, server);
    if (unprepared) {
      await rollBack(this.context);
      this.mayPrepare = false;
      return { kind: 'retry', from: unprepared };
    }
    return (task && (await this.recover(task, server, place))) ?? this.fail(place, server, error);
  }

  /** Everything in the message is applied and recorded; only details and the lock check are missing. */
  private async onRecordError({ kind }: Part, error: unknown): Promise<SendOutcome> {
    if (kind === 'end') this.progress.endRecorded = true;
    await rollBack(this.context);
    warnOfDetails(this.context, error);
    await retakeIfReleased(this.context);
    return { kind: 'done' };
  }

  /** Retries after a transient error, or runs in steps what the server refused in a transaction. */
  private async recover(
    task: TransactionalTask,
    server: ServerErrorDetails,
    place: Place | undefined,
  ): Promise<SendOutcome | undefined> {
    if (isTransient(server)) {
      await rollBack(this.context);
      this.progress.forgetUncommitted();
      if (await this.lockRetry.allowsAnother(task, server, place?.statement)) return { kind: 'retry', from: task };
      return undefined;
    }
    const steps = this.mode === 'all' ? undefined : await asSteps(this.context, task, server, place?.offset);
    if (!steps) return undefined;
    await rollBack(this.context);
    const subject = task.program.migration.file;
    this.context.listener.warning(finding('RUN_AS_STEPS', { subject, detail: server.sqlstate }));
    return { kind: 'as-steps', from: task, steps };
  }

  private async fail(place: Place | undefined, server: ServerErrorDetails, error: unknown): Promise<SendOutcome> {
    const { context } = this;
    const lostClaim = server.sqlstate === SQLSTATE.lostClaim;
    const task = lostClaim ? this.progress.current : place?.part.task;
    const kind = place?.part.kind;
    const isRecording = !lostClaim && (kind === 'claim' || kind === 'complete');
    if (!place || !task || isRecording || (kind === 'reset' && !lostClaim)) {
      await rollBack(this.context);
      // The file is not at fault if it cannot be recorded.
      const file = isRecording ? task?.program.migration.file : undefined;
      const doing = file ? `recording ${file} in the history, so it was rolled back` : 'running migrations';
      throw queryError(doing, redactedError(context, error));
    }
    const { startedAt, elapsedMs } = this.progress;
    const records = context.records.fail(task, recordedError(server, task), startedAt, elapsedMs);
    const recordError = await tryRecord(context, rollbackStatements(context, records));
    const aftermath = lostClaim ? ({ kind: 'unknown' } as const) : this.rolledBack();
    const offset = lostClaim ? undefined : place.offset;
    // The redacted error may lack its context.
    const inTransaction = await whyInTransaction(task.program, serverErrorOf(error) ?? server, offset, {
      mode: this.mode,
      locked: context.lock.exclusive,
    });
    return failed(context, task, { server, offset, aftermath, cause: error, recordError, inTransaction });
  }

  private rolledBack(): Aftermath {
    if (this.mode !== 'all') return { kind: 'rolled-back' };
    const { createsSchema, tenant } = this.context.target;
    return { kind: 'all-rolled-back', ...(createsSchema && tenant && { schema: tenant.schema }) };
  }
}
