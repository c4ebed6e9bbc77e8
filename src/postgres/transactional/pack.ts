import { openTogether } from '../../core/compile/transaction-modes.js';
import type { Migration } from '../../core/migration/migration.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { actingAs } from '../connection/acting-role.js';
import { applySettings, CLEAN, PROBE_CLIENT } from '../connection/reset.js';
import { sessionName } from '../lock/session-name.js';
import type { TransactionalTask } from '../execution/execution-context.js';
import { Message, part, type Part } from '../execution/message.js';
import { asTarget } from '../execution/target-identity.js';
import { localTimeouts } from '../execution/timeouts.js';
import { endOfRun, markAround, recordSent, WITHOUT_WAITING } from './sources.js';
import {
  bodiesOf,
  canShareMessage,
  flush,
  startOfMessage,
  Surroundings,
  type SurroundContext,
} from './surroundings.js';

/**
 * Maximum characters of the first message and of each later one, unless one migration is longer. The first one is
 * smaller, so that the server starts while the next one is packed. Larger messages gain nothing and cost memory.
 */
const MAX_LENGTHS = [200_000, 1_000_000] as const;

type PackContext = SurroundContext & { readonly pooled: boolean };

/** The number of migrations from which preparing our statements pays off. */
const PREPARED_FROM = 4;

/**
 * Packs migrations into as few messages as their sizes allow, each in its own transaction. The statements between them
 * have their own transactions too. Otherwise they would join the next migration's, and be rolled back with it.
 *
 * @param isEnd true if the run ends with them.
 * @param mayPrepare false if our statements must not be prepared.
 */
export function* packEach(
  context: PackContext,
  tasks: readonly TransactionalTask[],
  isEnd: boolean,
  mayPrepare = true,
): Generator<Message> {
  const packer = new Packer(context);
  // Behind a pooler, a separate message could run on another server connection.
  const ours = new Surroundings(context, mayPrepare && !context.pooled && tasks.length >= PREPARED_FROM);
  let packed: TransactionalTask | undefined;
  for (const task of tasks) {
    const { program } = task;
    yield* packer.makeRoomFor(task);
    if (packer.isEmpty) {
      packer.start(ours.start(task));
    } else {
      packer.replaceLast(commit(context, packed, false));
      packer.add(ours.between(task));
    }
    packer.add([
      part('begin', [program.begin, ...program.preamble, ...asTarget(context.target), ...localTimeouts(program)], task),
      ...ours.claim(task),
    ]);
    yield* packer.addBody(task);
    packer.add([complete(context, task, ours), commit(context, task)]);
    packed = task;
    // A setting may change how the server parses a message, so the reset must take effect before the next one.
    if (!canShareMessage(task)) yield* packer.close();
  }
  yield* packer.close(true, isEnd ? endOfRun(context, packer.unmarked) : undefined);
}

/** Packs migrations into one transaction. @param isEnd true if the run ends with them. */
export function* packTogether(
  context: PackContext,
  tasks: readonly TransactionalTask[],
  isEnd: boolean,
): Generator<Message> {
  const packer = new Packer(context);
  const ours = new Surroundings(context, false);
  packer.add([
    startOfMessage(context, context.reset),
    part('begin', openTogether(tasks.map(({ program }) => program))),
  ]);
  for (const task of tasks) {
    yield* packer.makeRoomFor(task, false);
    const name = quoteLiteral(sessionName(context.applicationName, task.program.migration.file));
    const announced = [`SET LOCAL application_name = ${name}`, flush(context)];
    packer.add([
      part('announce', [...announced, ...asTarget(context.target), ...localTimeouts(task.program)], task),
      ...ours.claim(task),
    ]);
    yield* packer.addBody(task);
    packer.add([complete(context, task, ours), part('reset', context.reset)]);
    if (!canShareMessage(task)) yield* packer.close(false);
  }
  packer.add([commit(context, tasks.at(-1))]);
  yield* packer.close(true, isEnd ? endOfRun(context, packer.unmarked) : undefined);
}

/** Switches the role back first: the file may have chosen one that cannot write the history. */
function complete({ target }: PackContext, task: TransactionalTask, ours: Surroundings): Part {
  const asRunner = ['RESET SESSION AUTHORIZATION', 'RESET ROLE', ...actingAs(target.role)];
  return part('complete', [...asRunner, ours.completion(task)], task);
}

/**
 * Behind a pooler a COMMIT must not fail: the cleanup after it could run on a different server connection.
 *
 * @param waits false if a later COMMIT of the same message waits for the disk, which covers this one too.
 */
function commit({ pooled }: PackContext, task: TransactionalTask | undefined, waits = true): Part {
  const checked = pooled ? ['SET CONSTRAINTS ALL IMMEDIATE'] : [];
  return part('commit', [...checked, ...(waits ? [] : [WITHOUT_WAITING]), 'COMMIT'], task);
}

/** Cleans the session. While it holds the lock, the server must keep probing its client. */
function clean({ lock: { checkSql } }: PackContext): Part {
  const probing = checkSql ? [applySettings(PROBE_CLIENT)] : [];
  return part('reset', ['BEGIN', ...CLEAN, ...probing, 'COMMIT']);
}

function lockCheck({ lock: { checkSql } }: PackContext): Part[] {
  return checkSql ? [part('lock-check', [checkSql])] : [];
}

class Packer {
  /** Migrations whose source differs from the SQL that is sent. */
  readonly unmarked: Migration[] = [];
  private parts: Part[] = [];
  private prelude: string | undefined;
  private size = 0;
  private maxLength: number = MAX_LENGTHS[0];

  constructor(private readonly context: PackContext) {}

  /** True at the start of a message. */
  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  start({ prelude, parts }: { readonly prelude?: string; readonly parts: readonly Part[] }): void {
    this.prelude = prelude;
    this.add(parts);
  }

  add(parts: readonly Part[]): void {
    this.parts.push(...parts);
    for (const each of parts) this.size += each.text.length;
  }

  /** Replaces the part that was added last. */
  replaceLast(other: Part): void {
    const last = this.parts.pop();
    this.size -= last?.text.length ?? 0;
    this.add([other]);
  }

  /** @param endsTransaction false if the transaction continues in the next message. */
  *makeRoomFor({ program: { body } }: TransactionalTask, endsTransaction = true): Generator<Message> {
    if (this.size > 0 && this.size + body.length > this.maxLength) yield* this.close(endsTransaction);
  }

  *addBody(task: TransactionalTask): Generator<Message> {
    const alone = !canShareMessage(task);
    const mark = markAround(this.context, task);
    if (mark.length === 0) this.unmarked.push(task.program.migration);
    this.add(mark);
    if (alone) yield* this.close(false);
    for (const each of bodiesOf(task)) {
      this.add([each]);
      if (alone) yield* this.close(false);
    }
    this.add(mark);
  }

  /** @param last what ends the run, where nothing follows that needs the lock. @default the lock is checked */
  *close(endsTransaction = true, last = lockCheck(this.context)): Generator<Message> {
    if (this.isEmpty) return;
    const { context, parts } = this;
    const end = [clean(context), ...recordSent(context, parts), ...last];
    const message = new Message(endsTransaction ? [...parts, ...end] : parts, this.prelude);
    this.parts = [];
    this.prelude = undefined;
    this.size = 0;
    this.maxLength = MAX_LENGTHS[1];
    yield message;
  }
}
