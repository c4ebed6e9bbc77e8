import type { RunOutcome } from '../../core/ports/ports.js';
import { inSteps, type StepwiseProgram, type TransactionalProgram } from '../../core/compile/program.js';
import type { ServerErrorDetails } from '../../core/errors/errors.js';
import { usesNewValueOfOwnEnum } from '../../core/sql/statements/enum-values.js';
import type { Aftermath } from '../../core/errors/migration-failed.js';
import { actingAs } from '../connection/acting-role.js';
import { failureSql, LOST_CLAIM } from '../history/history-sql.js';
import { programsOf } from './grouping.js';
import { packEach, packTogether } from './pack.js';
import { sessionRefusals } from './pooler.js';
import { isPassing } from '../connection/passing.js';
import { Patience } from './polite.js';
import { MessageCursor, type Message, type Part } from './message.js';
import {
  claimConflict,
  failed,
  must,
  recordedError,
  serverSaid,
  wasInterrupted,
  type RunContext,
} from './run-context.js';
import { CLEAN } from '../connection/reset.js';
import { runStepwise } from './run-stepwise.js';
import { runScript, type ScriptResult } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';

/** Runs transactional programs, packed into messages, and keeps account of what is running and what is committed. */
export class TransactionalRun {
  /** Ran in so many ms, by the count of statements, and not told of as applied yet. */
  private readonly uncommitted = new Map<TransactionalProgram, number>();
  private current: TransactionalProgram | undefined;
  private startedAt = new Date();
  private readonly patience: Patience;

  constructor(
    private readonly context: RunContext,
    private readonly mode: 'each' | 'together',
  ) {
    this.patience = new Patience(context);
  }

  async run(programs: readonly TransactionalProgram[]): Promise<RunOutcome> {
    let left = programs;
    for (;;) {
      const outcome = await this.sendAll(this.pack(left));
      if (outcome.kind === 'in-steps') {
        const stepped = await runStepwise(this.context, outcome.steps);
        left = programs.slice(programs.indexOf(outcome.from) + 1);
        if (stepped.kind !== 'done' || left.length === 0) return stepped;
        continue;
      }
      if (outcome.kind !== 'again') return outcome;
      left = this.mode === 'together' ? programs : programs.slice(programs.indexOf(outcome.from));
    }
  }

  private pack(programs: readonly TransactionalProgram[]): Message[] {
    return this.mode === 'together' ? packTogether(this.context, programs) : packEach(this.context, programs);
  }

  private async sendAll(messages: readonly Message[]): Promise<Outcome> {
    for (const message of messages) {
      if (this.context.settings.signal?.aborted) return { kind: 'interrupted' };
      await this.context.assertLocked();
      const result = await this.send(message);
      if (result.error) {
        const rejected = result.completed === 0 && serverErrorOf(result.error) !== undefined;
        const smaller = rejected ? this.splitUp(message) : [];
        const outcome = smaller.length > 0 ? await this.sendAll(smaller) : await this.afterError(message, result);
        if (outcome.kind !== 'done') return outcome;
      } else if (message.parts.at(-1)?.kind === 'lock-check' && result.lastValue === 'f') {
        await this.context.retakeLock();
      }
    }
    return { kind: 'done' };
  }

  /** The server did not even parse it: its migrations in messages of their own, or nothing when there is only one. */
  private splitUp(message: Message): Message[] {
    const programs = programsOf(message);
    if (this.mode === 'together' || programs.length < 2) return [];
    return programs.flatMap((program) => this.pack([program]));
  }

  private async send(message: Message): Promise<ScriptResult> {
    const cursor = new MessageCursor(
      message,
      (part) => this.entered(part),
      (part) => this.left(part),
    );
    const result = await runScript(this.context.client, message.text, () => cursor.statementCompleted());
    if (!result.error) cursor.messageCompleted();
    this.context.notices.attributeTo(undefined);
    return result;
  }

  /**
   * Its announcement makes the server send what it held back, so a migration is told to have started when it starts.
   */
  private entered({ kind, program }: Part): void {
    if (!program) return;
    if (this.current !== program) {
      this.current = program;
      this.startedAt = new Date();
      this.context.listener.started(program.migration);
    }
    if (kind === 'body') this.context.notices.attributeTo(program.migration);
  }

  private left({ kind, program }: Part): void {
    if (kind === 'body') this.context.notices.attributeTo(undefined);
    if (kind === (this.context.settings.tracked ? 'complete' : 'body') && program) {
      this.uncommitted.set(program, Date.now() - this.startedAt.getTime());
    }
    if (kind === 'commit') this.tellApplied();
  }

  /** With tracking only what the server itself completed: a file that hides a statement makes the count run ahead. */
  private tellApplied(): void {
    const { settings, notices, listener } = this.context;
    for (const [program, tookMs] of this.uncommitted) {
      const durationMs = settings.tracked ? notices.recordedDuration(program.migration.file) : tookMs;
      if (durationMs === undefined) continue;
      this.uncommitted.delete(program);
      listener.applied(program.migration, durationMs);
    }
  }

  private get aftermath(): Aftermath {
    return { kind: this.mode === 'together' ? 'all-rolled-back' : 'rolled-back' };
  }

  /** A lock that could not be had is a matter of the moment, as long as nothing of the file escaped its transaction. */
  private async isTriedAgain(program: TransactionalProgram, server: ServerErrorDetails): Promise<boolean> {
    if (!isPassing(server)) return false;
    await this.rollBack();
    this.uncommitted.clear();
    return this.patience.allowsAnother(program, server);
  }

  /** Leaves a clean session behind; what is to be recorded of the failure goes along. */
  private rollBack(record: readonly string[] = []): Promise<void> {
    const asRole = record.length > 0 ? actingAs(this.context.role) : [];
    return must(this.context, 'recording a failed migration', ['ROLLBACK', ...CLEAN, ...asRole, ...record]);
  }

  private async afterError(message: Message, { error, completed }: ScriptResult): Promise<Outcome> {
    const { context } = this;
    const server = serverSaid(error, 'running migrations');
    if (wasInterrupted(context, server)) {
      await this.rollBack();
      return { kind: 'interrupted' };
    }
    const place = message.locate(completed, server.position);
    const conflict = conflictOf(context, place?.part, server);
    if (conflict) {
      await this.rollBack();
      return conflict;
    }
    if (place?.part.program && (await this.isTriedAgain(place.part.program, server))) {
      return { kind: 'again', from: place.part.program };
    }
    const refused = this.mode === 'each' ? place?.part.program : undefined;
    const steps = refused && isRefusedInTransaction(refused, server, place?.offset) ? inSteps(refused) : undefined;
    if (refused && steps && !(context.pooled && sessionRefusals([steps], context.role).length > 0)) {
      await this.rollBack();
      return { kind: 'in-steps', from: refused, steps };
    }
    const escaped = server.sqlstate === LOST_CLAIM;
    const program = escaped ? this.current : place?.part.program;
    const record =
      program && context.settings.tracked
        ? [
            failureSql(
              context.table,
              program.migration,
              context.settings.runId,
              recordedError(server, program),
              this.startedAt,
            ),
          ]
        : [];
    await this.rollBack(record);
    if (!place || !program) throw queryError('running migrations', error);
    return escaped
      ? failed(program, server, undefined, { kind: 'unknown' }, error)
      : failed(program, server, place.offset, this.aftermath, error);
  }
}

type Outcome =
  | RunOutcome
  | { readonly kind: 'again'; readonly from: TransactionalProgram }
  | { readonly kind: 'in-steps'; readonly from: TransactionalProgram; readonly steps: StepwiseProgram };

const ACTIVE_TRANSACTION = '25001';
const UNSAFE_NEW_ENUM_VALUE = '55P04';

/** What only the server can tell, so that it is asked by trying. */
function isRefusedInTransaction(
  { statements = [] }: TransactionalProgram,
  { sqlstate }: ServerErrorDetails,
  offset: number | undefined,
): boolean {
  if (sqlstate === UNSAFE_NEW_ENUM_VALUE) return usesNewValueOfOwnEnum(statements); // a matter of its version
  // `REINDEX` and `CLUSTER` of a partitioned table: a matter of its catalog.
  const node = statements.find(({ start }) => start === offset)?.node;
  return sqlstate === ACTIVE_TRANSACTION && node !== undefined && ('ReindexStmt' in node || 'ClusterStmt' in node);
}

function conflictOf(context: RunContext, part: Part | undefined, server: ServerErrorDetails): RunOutcome | undefined {
  return part?.kind === 'claim' && part.program ? claimConflict(context, part.program.migration, server) : undefined;
}
