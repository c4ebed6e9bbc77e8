import { mayUsePreparedStatements } from '../../core/sql/statements/prepared-words.js';
import { quoteBody, quoteLiteral } from '../../core/sql/text/quote.js';
import { resetStatements } from '../connection/reset.js';
import { sessionName } from '../lock/session-name.js';
import type { ExecutionContext, TransactionalTask } from '../execution/execution-context.js';
import { bodyPart, part, type Part } from '../execution/message.js';
import { PreparedStatements } from './prepared-statements.js';

/** The settings that our statements around a file depend on. */
export type SurroundContext = Pick<
  ExecutionContext,
  'target' | 'records' | 'initialSettings' | 'reset' | 'lock' | 'marker' | 'applicationName'
>;

/**
 * Our statements before and after each file of a message: the session reset, the claim and the completion. They
 * can be prepared from the start of a message up to the first file that may use prepared statements itself, which
 * must neither see nor drop ours.
 */
export class Surroundings {
  private readonly prepared: PreparedStatements | undefined;
  /** Whether they are prepared in the session. */
  private areReady = false;

  constructor(
    private readonly context: SurroundContext,
    prepares: boolean,
  ) {
    this.prepared = prepares ? PreparedStatements.of(context) : undefined;
  }

  /** Starts a message: resets the session to its initial state, and shows the file in `pg_stat_activity`. */
  start(task: TransactionalTask): { readonly prelude?: string; readonly parts: readonly Part[] } {
    const prelude = suits(task) ? this.prepared?.prelude(this.sessionName(task)) : undefined;
    this.areReady = prelude !== undefined;
    if (prelude !== undefined) return { prelude, parts: [] };
    return { parts: [startOfMessage(this.context, this.fullReset(task), task)] };
  }

  /** The same between two files. */
  between(task: TransactionalTask): Part[] {
    this.areReady &&= suits(task);
    const reset = this.areReady ? this.prepared?.reset(this.sessionName(task)) : undefined;
    return [
      part('reset', ['BEGIN', ...(reset ?? this.fullReset(task))]),
      part('announce', [flush(this.context), 'COMMIT'], task),
    ];
  }

  claim(task: TransactionalTask): Part[] {
    const prepared = this.areReady && task.row === undefined && !task.covers ? this.prepared : undefined;
    const statements = prepared?.claim(task.program.migration) ?? this.context.records.claim(task);
    return statements.length === 0 ? [] : [part('claim', statements, task)];
  }

  completion({ program: { migration } }: TransactionalTask): string {
    const { records, marker } = this.context;
    const prepared = this.areReady ? this.prepared : undefined;
    return prepared?.completion(migration.file) ?? records.complete(migration.file, marker);
  }

  private sessionName({ program: { migration } }: TransactionalTask): string {
    return sessionName(this.context.applicationName, migration.file);
  }

  private fullReset(task: TransactionalTask): string[] {
    return resetStatements({ ...this.context.initialSettings, application_name: this.sessionName(task) });
  }
}

function suits(task: TransactionalTask): boolean {
  return canShareMessage(task) && !mayUsePreparedStatements(task.program.source.withRows);
}

/**
 * A body shares a message only if it is closed and its number of statements is known. Otherwise it would swallow the
 * statements after it, or hide how far the message has run.
 */
export function canShareMessage({ program }: TransactionalTask): boolean {
  return program.closed && program.statements !== undefined && !program.separateMessages;
}

/** The SQL of a file, split into one part per message. */
export function bodiesOf(task: TransactionalTask): Part[] {
  const { body, source, statements, separateMessages } = task.program;
  if (!separateMessages || !statements)
    return [{ ...bodyPart(source, { start: 0, end: body.length, statements }, body), task }];
  return statements.map(({ start, end }, i) => ({
    ...bodyPart(source, { start, end, statements: statements.slice(i, i + 1) }),
    task,
  }));
}

/** Starts a message with the run's marker, so that the liveness check does not mistake another run's message for it. */
export function startOfMessage(
  { marker }: SurroundContext,
  statements: readonly string[],
  task?: TransactionalTask,
): Part {
  return part('reset', [`/* ${marker.trim()} */\nBEGIN`, ...statements, 'COMMIT'], task);
}

/** An INFO message makes the server flush its responses; otherwise it waits for the end or for 8 kB. */
export function flush({ marker }: SurroundContext): string {
  return `DO ${quoteBody(`BEGIN RAISE INFO ${quoteLiteral(marker)}; END`)}`;
}
