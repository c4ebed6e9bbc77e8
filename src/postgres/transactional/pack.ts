import { openTogether } from '../../core/compile/transaction-modes.js';
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
  const packer = new Packer(maxLength, clean(), lockCheck(context));
  for (const task of tasks) {
    const { program } = task;
    const begin = [program.begin, ...program.preamble, ...asTarget(context.target), ...localTimeouts(program)];
    const before = [
      reset(context),
      part('announce', ['BEGIN', announce(context, task), 'COMMIT'], task),
      part('begin', begin, task),
      ...claim(context, task),
    ];
    packer.addMigration(task, before, [complete(context, task), commit(context, task)]);
  }
  packer.close(true, isEnd ? endOfRun(context) : []);
  return packer.messages;
}

/** Packs migrations into one transaction. @param isEnd true if the run ends with them. */
export function packTogether(context: PackContext, tasks: readonly TransactionalTask[], isEnd: boolean): Message[] {
  const packer = new Packer(MAX_MESSAGE_LENGTH, clean(), lockCheck(context));
  packer.add([reset(context), part('begin', openTogether(tasks.map(({ program }) => program)))]);
  for (const task of tasks) {
    const announced = [announce(context, task), ...asTarget(context.target), ...localTimeouts(task.program)];
    const before = [part('announce', announced, task), ...claim(context, task)];
    packer.addMigration(task, before, [complete(context, task), part('reset', context.reset)], false);
  }
  packer.add([commit(context, tasks.at(-1))]);
  packer.close(true, isEnd ? endOfRun(context) : []);
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

/** Records the end of the run. In a transaction of its own, so that an error undoes no migration. */
function endOfRun({ records, target }: PackContext): Part[] {
  const statements = records.end();
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
    const { closed, statements, separateMessages, body } = task.program;
    const canShare = closed && statements !== undefined && !separateMessages;
    if (this.size > 0 && this.size + body.length > this.maxLength) this.close(endsTransaction);
    this.add(before);
    if (!canShare) this.close(false);
    for (const each of bodiesOf(task)) {
      this.add([each]);
      if (!canShare) this.close(false);
    }
    this.add(after);
    // A setting may change how the server parses a message, so the reset must take effect before the next one.
    if (!canShare) this.close(endsTransaction);
  }

  /** @param last parts that come after everything but the check of the lock. */
  close(outsideTransaction = true, last: readonly Part[] = []): void {
    if (this.parts.length === 0) return;
    const after = outsideTransaction ? [this.cleanUp, ...last, ...this.checks] : [];
    this.messages.push(new Message([...this.parts, ...after]));
    this.parts = [];
    this.size = 0;
  }
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
