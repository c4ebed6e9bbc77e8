import type { TransactionalProgram } from '../../core/compile/program.js';
import { openTogether } from '../../core/compile/transaction-modes.js';
import { recordableSource } from '../../core/history/source.js';
import { quoteBody, quoteLiteral } from '../../core/sql/text/quote.js';
import { actingAs } from '../connection/acting-role.js';
import { CLEAN, PROBE_CLIENT } from '../connection/reset.js';
import { nameSession, sessionName } from '../lock/session-name.js';
import type { ExecutionContext, TransactionalTask } from '../execution/execution-context.js';
import { bodyPart, Message, part, type Part } from '../execution/message.js';
import { asTarget } from '../execution/target-identity.js';
import { localTimeouts } from '../execution/timeouts.js';

/** Maximum characters per message, unless one migration is longer. Larger messages gain nothing and cost memory. */
const MAX_MESSAGE_LENGTH = 1_000_000;

type PackContext = Pick<
  ExecutionContext,
  'target' | 'records' | 'reset' | 'lock' | 'marker' | 'applicationName' | 'pooled'
>;

/**
 * Packs migrations into as few messages as their sizes allow, each in its own transaction. The statements between them
 * have their own transactions too. Otherwise they would join the next migration's, and be rolled back with it.
 *
 * @param isEnd true if the run ends with them.
 */
export function packEach(
  context: PackContext,
  tasks: readonly TransactionalTask[],
  isEnd: boolean,
  maxLength = MAX_MESSAGE_LENGTH,
): Message[] {
  const packer = new Packer(maxLength, clean(), recordSent(context), lockCheck(context));
  for (const task of tasks) {
    const { program } = task;
    const begin = [program.begin, ...program.preamble, ...asTarget(context.target), ...localTimeouts(program)];
    const before = [
      reset(context),
      part('announce', ['BEGIN', announce(context, task), 'COMMIT'], task),
      part('begin', begin, task),
      ...claim(context, task),
    ];
    const mark = markAround(context, task);
    packer.addMigration(task, [...before, ...mark], [...mark, complete(context, task), commit(context, task)]);
  }
  packer.close(true, isEnd ? endOfRun(context, tasks) : []);
  return packer.messages;
}

/** Packs migrations into one transaction. @param isEnd true if the run ends with them. */
export function packTogether(context: PackContext, tasks: readonly TransactionalTask[], isEnd: boolean): Message[] {
  const packer = new Packer(MAX_MESSAGE_LENGTH, clean(), recordSent(context), lockCheck(context));
  packer.add([reset(context), part('begin', openTogether(tasks.map(({ program }) => program)))]);
  for (const task of tasks) {
    const announced = [announce(context, task), ...asTarget(context.target), ...localTimeouts(task.program)];
    const before = [part('announce', announced, task), ...claim(context, task)];
    const mark = markAround(context, task);
    const after = [...mark, complete(context, task), part('reset', context.reset)];
    packer.addMigration(task, [...before, ...mark], after, false);
  }
  packer.add([commit(context, tasks.at(-1))]);
  packer.close(true, isEnd ? endOfRun(context, tasks) : []);
  return packer.messages;
}

/** Starts a message with the run's marker, so that the liveness check does not mistake another run's message for it. */
function reset(context: PackContext): Part {
  return part('reset', [`/* ${context.marker.trim()} */\nBEGIN`, ...context.reset, 'COMMIT']);
}

/** Shows the file in `pg_stat_activity`. Its INFO message makes the server flush earlier completions to the client. */
function announce({ marker, applicationName }: PackContext, { program }: TransactionalTask): string {
  const name = nameSession(sessionName(applicationName, program.migration.file));
  return `DO ${quoteBody(`BEGIN PERFORM ${name}; RAISE INFO '%', ${quoteLiteral(marker)}; END`)}`;
}

/** Ends each message that ends outside a transaction. */
function clean(): Part {
  return part('reset', ['BEGIN', ...CLEAN, 'COMMIT']);
}

/** Random, so that no file contains it. */
function markOf({ marker }: PackContext): string {
  return `/*${marker.slice(0, 8)}*/`;
}

/** Bodies are joined with line feeds to what is around them, and end in a semicolon on its own line. */
const FRAME = { before: '\n', after: '\n;\n' };

/** True if the body is the text to record, and shares a message. */
function isRecordedAsSent({ program }: TransactionalTask): boolean {
  const { body, migration } = program;
  return canShare(program) && body === migration.text && recordableSource(migration) === body;
}

/** A comment around a body whose text is recorded as it is sent. */
function markAround(context: PackContext, task: TransactionalTask): Part[] {
  if (!context.records.sources || !isRecordedAsSent(task)) return [];
  return [{ kind: 'mark', text: markOf(context), commands: 0 }];
}

/** Records the texts that stand between marks in the same message. */
function recordSent(context: PackContext): Part | undefined {
  const { records, target } = context;
  if (!records.sources) return undefined;
  const insert = records.sources.sent(markOf(context), FRAME);
  return part('sources', ['BEGIN', ...actingAs(target.role), insert, 'COMMIT']);
}

/**
 * Records the end of the run. In a transaction of its own, so that an error undoes no migration.
 *
 * @param tasks those of the last message, of which some texts may not be recorded yet.
 */
function endOfRun({ records, target }: PackContext, tasks: readonly TransactionalTask[]): Part[] {
  const unsent = tasks.filter((task) => !isRecordedAsSent(task)).map(({ program }) => program.migration);
  const { sources } = records;
  const statements = [...records.end(), ...(sources ? [...sources.of(unsent), sources.missing] : [])];
  return statements.length === 0 ? [] : [part('end', ['BEGIN', ...actingAs(target.role), ...statements, 'COMMIT'])];
}

function claim({ records }: PackContext, task: TransactionalTask): Part[] {
  const statements = records.claim(task);
  return statements.length === 0 ? [] : [part('claim', statements, task)];
}

/** Switches the role back first: the file may have chosen one that cannot write the history. */
function complete({ records, marker, target }: PackContext, task: TransactionalTask): Part {
  const completion = records.complete(task.program.migration.file, marker);
  return part('complete', ['RESET SESSION AUTHORIZATION', 'RESET ROLE', ...actingAs(target.role), completion], task);
}

/** Behind a pooler a COMMIT must not fail: the cleanup after it could run on a different server connection. */
function commit({ pooled }: PackContext, task: TransactionalTask | undefined): Part {
  return part('commit', pooled ? ['SET CONSTRAINTS ALL IMMEDIATE', 'COMMIT'] : ['COMMIT'], task);
}

/** The session still holds the lock, so the server must keep probing its client. */
function lockCheck({ lock: { checkSql } }: PackContext): Part[] {
  return checkSql ? [part('lock-check', ['BEGIN', ...PROBE_CLIENT, 'COMMIT', checkSql])] : [];
}

class Packer {
  readonly messages: Message[] = [];
  private parts: Part[] = [];
  private size = 0;

  constructor(
    private readonly maxLength: number,
    private readonly cleanUp: Part,
    private readonly record: Part | undefined,
    private readonly checks: readonly Part[],
  ) {}

  add(parts: readonly Part[]): void {
    this.parts.push(...parts);
    for (const each of parts) this.size += each.text.length;
  }

  /**
   * A body shares a message only if it is closed and its number of statements is known. Otherwise it would swallow the
   * statements after it, or hide how far the message has run.
   *
   * @param endsTransaction false if the transaction continues after this migration.
   */
  addMigration(task: TransactionalTask, before: readonly Part[], after: readonly Part[], endsTransaction = true): void {
    const { program } = task;
    const shares = canShare(program);
    if (this.size > 0 && this.size + program.body.length > this.maxLength) this.close(endsTransaction);
    this.add(before);
    if (!shares) this.close(false);
    for (const each of bodiesOf(task)) {
      this.add([each]);
      if (!shares) this.close(false);
    }
    this.add(after);
    // A setting may change how the server parses a message, so the reset must take effect before the next one.
    if (!shares) this.close(endsTransaction);
  }

  /** @param last parts that come after everything but the check of the lock. */
  close(outsideTransaction = true, last: readonly Part[] = []): void {
    if (this.parts.length === 0) return;
    const sent = this.record && this.parts.some(({ kind }) => kind === 'mark') ? [this.record] : [];
    const after = outsideTransaction ? [this.cleanUp, ...sent, ...last, ...this.checks] : [];
    this.messages.push(new Message([...this.parts, ...after]));
    this.parts = [];
    this.size = 0;
  }
}

/** True if a body can share a message with others. */
function canShare({ closed, statements, separateMessages }: TransactionalProgram): boolean {
  return closed && statements !== undefined && !separateMessages;
}

function bodiesOf(task: TransactionalTask): Part[] {
  const { body, source, statements, separateMessages } = task.program;
  if (!separateMessages || !statements)
    return [{ ...bodyPart(source, { start: 0, end: body.length, statements }, body), task }];
  return statements.map(({ start, end }, i) => ({
    ...bodyPart(source, { start, end, statements: statements.slice(i, i + 1) }),
    task,
  }));
}
