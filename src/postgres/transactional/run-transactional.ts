import { whyInTransaction } from '../../core/compile/non-transactional.js';
import type { ServerErrorDetails } from '../../core/errors/database-errors.js';
import { finding } from '../../core/errors/finding.js';
import type { Task } from '../../core/compile/task.js';
import type { Aftermath } from '../../core/errors/migration-failed.js';
import { isTransient, SQLSTATE } from '../../core/errors/sqlstate.js';
import type { Outcome } from '../../core/ports/ports.js';
import { MISSING_SOURCES } from '../companions/source.js';
import type { ScriptResult } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import {
  claimConflict,
  isInterrupted,
  recordedError,
  redactedError,
  requireServerError,
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
import { MessageCursor, type Message, type Part, type Place } from '../execution/message.js';
import { asSteps } from './as-steps.js';
import { packEach, packTogether } from './pack.js';
import { rollBack, rollbackStatements } from './roll-back.js';
import { runNonTransactional } from '../non-transactional/run-non-transactional.js';

type SendOutcome =
  | Outcome
  /** @param unreadable the tasks that neither the server nor the parser here could read. */
  | { readonly kind: 'retry'; readonly from: TransactionalTask; readonly unreadable?: readonly TransactionalTask[] }
  | { readonly kind: 'as-steps'; readonly from: TransactionalTask; readonly steps: NonTransactionalTask };

/** Runs transactional migrations, packed into messages, and tracks what is running and what is committed. */
export class TransactionalRun {
  /** Completed, but not reported as applied yet: with the duration in ms, measured by counting statements. */
  private readonly uncommitted = new Map<TransactionalTask, number>();
  private current: TransactionalTask | undefined;
  private startedAt = new Date();
  private startedAtMs = performance.now();
  private readonly lockRetry: LockRetry;
  /** True if the end of the run was recorded, or could not be. */
  endRecorded = false;
  /** What the server said at the end of the run about texts that are not recorded: checksums as JSON. */
  missingSources: string | undefined;

  constructor(
    private readonly context: ExecutionContext,
    private readonly mode: 'each' | 'all',
    /** The last task of the run. */
    private readonly lastTask: Task | undefined,
  ) {
    this.lockRetry = new LockRetry(context);
  }

  async run(tasks: readonly TransactionalTask[]): Promise<Outcome> {
    let left = tasks;
    // Once a transaction has begun, a message that the server cannot parse ends it.
    if (this.mode === 'all' && this.pack(tasks).length > 1) left = leaveToServer(tasks, await unreadableOf(tasks));
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

  private pack(tasks: readonly TransactionalTask[]): Message[] {
    const isEnd = tasks.at(-1)?.program.migration === this.lastTask?.program.migration;
    return this.mode === 'all' ? packTogether(this.context, tasks, isEnd) : packEach(this.context, tasks, isEnd);
  }

  private async sendAll(messages: readonly Message[]): Promise<SendOutcome> {
    const { lock } = this.context;
    for (const message of messages) {
      if (isInterrupted(this.context)) return { kind: 'interrupted' };
      await lock.assertHeld();
      const result = await this.send(message);
      if (result.error) {
        const rejected = result.completed === 0 && serverErrorOf(result.error) !== undefined;
        const divided = rejected ? await this.divide(tasksOf(message)) : undefined;
        const outcome = divided ?? (await this.afterError(message, result));
        if (outcome.kind !== 'done') return outcome;
      } else if (message.parts.at(-1)?.kind === 'lock-check' && result.lastValue === 'f') {
        await lock.retake();
      }
    }
    return { kind: 'done' };
  }

  /** Sends the tasks of a message that the server could not parse apart from each other, if that can help. */
  private async divide(tasks: readonly TransactionalTask[]): Promise<SendOutcome | undefined> {
    const unreadable = await unreadableOf(tasks);
    if (tasks[0] && unreadable.length > 0) return { kind: 'retry', from: tasks[0], unreadable };
    if (this.mode === 'all' || tasks.length < 2) return undefined;
    return this.sendAll(tasks.flatMap((task) => this.pack([task])));
  }

  private async send(message: Message): Promise<ScriptResult> {
    const cursor = new MessageCursor(
      message,
      (part) => this.onEnter(part),
      (part) => this.onLeave(part),
    );
    const { connection, notices } = this.context;
    const result = await connection.run(message.text, {
      onCompleted: () => cursor.statementCompleted(),
      onValue: (column, value) => {
        if (column === MISSING_SOURCES) this.missingSources = value;
      },
      copyRows: message.copyRows,
    });
    if (!result.error) cursor.messageCompleted();
    notices.attributeTo(undefined);
    return result;
  }

  /** The announcement makes the server flush earlier completions, so a start is reported when it happens. */
  private onEnter({ kind, task }: Part): void {
    if (!task) return;
    const { migration } = task.program;
    if (this.current !== task) {
      this.current = task;
      this.startedAt = new Date();
      this.startedAtMs = performance.now();
      this.context.listener.started(migration);
    }
    if (kind === 'body') this.context.notices.attributeTo(migration);
  }

  private onLeave({ kind, task }: Part): void {
    if (kind === 'body') this.context.notices.attributeTo(undefined);
    if (kind === 'complete' && task) this.uncommitted.set(task, this.elapsedMs);
    if (kind === 'commit') this.reportApplied();
    if (kind === 'end') this.endRecorded = true;
  }

  private get elapsedMs(): number {
    return Math.round(performance.now() - this.startedAtMs);
  }

  /** Reports only what the server confirmed: counting statements fails if a file hides one. */
  private reportApplied(): void {
    const { notices, listener } = this.context;
    for (const [task, elapsedMs] of this.uncommitted) {
      const { migration } = task.program;
      const completion = notices.completionOf(migration.file);
      if (!completion) continue;
      this.uncommitted.delete(task);
      listener.applied(migration, completion.durationMs ?? elapsedMs);
    }
  }

  private async afterError(message: Message, { error, completed }: ScriptResult): Promise<SendOutcome> {
    const { context } = this;
    const server = requireServerError(context, error, 'running migrations');
    if (wasInterrupted(context, server)) {
      await rollBack(this.context);
      return { kind: 'interrupted' };
    }
    const place = message.locate(completed, server.position);
    const task = place?.part.task;
    if (place?.part.kind === 'end' || place?.part.kind === 'sources') return this.onRecordError(place.part, error);
    const conflict =
      place?.part.kind === 'claim' && task ? claimConflict(context, task.program.migration, server) : undefined;
    if (conflict) {
      await rollBack(this.context);
      return conflict;
    }
    return (task && (await this.recover(task, server, place))) ?? this.fail(place, server, error);
  }

  /** Everything in the message is applied and recorded; only details are missing, and the check of the lock. */
  private async onRecordError({ kind }: Part, error: unknown): Promise<SendOutcome> {
    const { connection, lock } = this.context;
    if (kind === 'end') this.endRecorded = true;
    await rollBack(this.context);
    warnOfDetails(this.context, error);
    if (lock.checkSql && (await connection.run(lock.checkSql)).lastValue === 'f') await lock.retake();
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
      this.uncommitted.clear();
      if (await this.lockRetry.allowsAnother(task, server, place?.statement)) return { kind: 'retry', from: task };
      return undefined;
    }
    const steps = this.mode === 'all' ? undefined : await asSteps(this.context, task, server, place?.offset);
    if (!steps) return undefined;
    await rollBack(this.context);
    const subject = task.program.migration.file;
    this.context.listener.warning(finding('RUN_AS_STEPS', { subject, detail: `SQLSTATE ${server.sqlstate}` }));
    return { kind: 'as-steps', from: task, steps };
  }

  private async fail(place: Place | undefined, server: ServerErrorDetails, error: unknown): Promise<SendOutcome> {
    const { context } = this;
    const lostClaim = server.sqlstate === SQLSTATE.lostClaim;
    const task = lostClaim ? this.current : place?.part.task;
    const isRecording = !lostClaim && (place?.part.kind === 'claim' || place?.part.kind === 'complete');
    if (!place || !task || isRecording) {
      await rollBack(this.context);
      // The file is not at fault if it cannot be recorded.
      const file = task?.program.migration.file;
      const doing = file ? `recording ${file} in the history, so it was rolled back` : 'running migrations';
      throw queryError(doing, redactedError(context, error));
    }
    const records = context.records.fail(task, recordedError(server, task), this.startedAt, this.elapsedMs);
    const recordError = await tryRecord(context, rollbackStatements(context, records));
    const rolledBack = this.mode === 'all' ? 'all-rolled-back' : 'rolled-back';
    const aftermath: Aftermath = { kind: lostClaim ? 'unknown' : rolledBack };
    const offset = lostClaim ? undefined : place.offset;
    // The redacted error may lack its context.
    const inTransaction = await whyInTransaction(task.program, serverErrorOf(error) ?? server, offset, {
      mode: this.mode,
      locked: context.lock.exclusive,
    });
    return failed(context, task, { server, offset, aftermath, cause: error, recordError, inTransaction });
  }
}
