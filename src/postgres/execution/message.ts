import { copyRows as rowsOf, type SourceText } from '../../core/compile/source-text.js';
import { countCodePoints, offsetOfCodePoint } from '../../core/sql/text/position.js';
import type { Statement } from '../../core/sql/statements/statements.js';
import type { TransactionalTask } from './execution-context.js';

/** The purpose of a part. */
type PartKind =
  'reset' | 'announce' | 'begin' | 'claim' | 'body' | 'complete' | 'commit' | 'mark' | 'sources' | 'end' | 'lock-check';

/** A run of statements inside a message. */
export interface Part {
  readonly kind: PartKind;
  /** The migration that it belongs to, if any. */
  readonly task?: TransactionalTask;
  /** The step of a non-transactional migration that it belongs to, counted from 0. */
  readonly step?: number;
  readonly text: string;
  /** For a body: UTF-16 offset of its text in the source. */
  readonly offset?: number;
  /** For a body: its statements; undefined if the parser could not read them. */
  readonly statements?: readonly Statement[] | undefined;
  /** The number of statements, each of which the server reports as completed; undefined if unknown. */
  readonly commands: number | undefined;
  /** Rows for each `COPY … FROM stdin` in it. */
  readonly copyRows?: readonly string[];
}

/** A part from statements of our own. */
export function part(kind: PartKind, statements: readonly string[], task?: TransactionalTask): Part {
  // A statement from a file may end in a line comment, so the semicolon goes on its own line.
  const text = statements.map((statement) => `${statement}\n;`).join('\n');
  return { kind, text, commands: statements.length, ...(task && { task }) };
}

/** The section of a source to send: all of it, a step or a statement. */
interface Body {
  /** UTF-16 offsets in the source. */
  readonly start: number;
  readonly end: number;
  readonly statements: readonly Statement[] | undefined;
}

/** A part from a source, with its COPY rows. @param text the text to send. @default the source between the offsets */
export function bodyPart(
  source: SourceText,
  { start, end, statements }: Body,
  text = source.sql.slice(start, end),
): Part {
  const copyRows = (statements ?? []).flatMap(({ copy }) => (copy ? [rowsOf(source, copy)] : []));
  return { kind: 'body', text: `${text}\n;`, offset: start, statements, commands: statements?.length, copyRows };
}

/** A place in a message. */
export interface Place {
  readonly part: Part;
  /** UTF-16 offset in the source, if known. */
  readonly offset: number | undefined;
  /** The statement there, if known. */
  readonly statement: Statement | undefined;
}

/** Follows a running message from one completed statement to the next. */
export class MessageCursor {
  private index = -1;
  private left: number | undefined = 0;

  constructor(
    private readonly message: Message,
    private readonly onEnter: (part: Part) => void,
    private readonly onLeave: (part: Part) => void,
  ) {
    this.skipFinished();
  }

  statementCompleted(): void {
    if (this.left === undefined) return; // only the end of the message ends this part
    this.left--;
    this.skipFinished();
  }

  messageCompleted(): void {
    while (this.index < this.message.parts.length) {
      this.left = 0;
      this.skipFinished();
    }
  }

  private skipFinished(): void {
    while (this.left === 0 && this.index < this.message.parts.length) {
      const finished = this.message.parts[this.index];
      if (finished) this.onLeave(finished);
      const next = this.message.parts[++this.index];
      this.left = next?.commands;
      if (next) this.onEnter(next);
    }
  }
}

/** Several parts in one message to the server. Maps positions and counts from the server back to the parts. */
export class Message {
  readonly text: string;
  /** Rows for each `COPY … FROM stdin` in it. */
  readonly copyRows: readonly string[];

  /** @param prelude our statements to send in a separate message right before this one. */
  constructor(
    readonly parts: readonly Part[],
    readonly prelude?: string,
  ) {
    this.text = parts.map((each) => each.text).join('\n');
    this.copyRows = parts.flatMap(({ copyRows = [] }) => copyRows);
  }

  /**
   * Finds the place of an error.
   *
   * @param completed the number of completed statements, used if there is no position.
   * @param position the server's position in the message, in characters from 1.
   */
  locate(completed: number, position: number | undefined): Place | undefined {
    const running = this.runningPart(completed);
    // In a prepared statement, the position does not refer to the message.
    const isPrepared = running?.part.kind === 'claim' || running?.part.kind === 'complete';
    const at = position === undefined || isPrepared ? undefined : this.partAt(position);
    if (at) return { ...at, statement: statementAt(at) };
    if (!running) return undefined;
    const statement = running.part.statements?.[running.index];
    return { part: running.part, offset: statement?.start, statement };
  }

  private runningPart(completed: number): { part: Part; index: number } | undefined {
    let before = 0;
    for (const each of this.parts) {
      if (each.commands === undefined || completed < before + each.commands)
        return { part: each, index: completed - before };
      before += each.commands;
    }
    return undefined;
  }

  private partAt(position: number): Omit<Place, 'statement'> | undefined {
    let from = 1;
    for (const each of this.parts) {
      const length = countCodePoints(each.text);
      if (position < from + length + 1) {
        return {
          part: each,
          offset: each.offset === undefined ? undefined : each.offset + offsetOfCodePoint(each.text, position - from),
        };
      }
      from += length + 1;
    }
    return undefined;
  }
}

function statementAt({ part: { statements = [] }, offset = -1 }: Omit<Place, 'statement'>): Statement | undefined {
  return statements.find(({ start, end }) => start <= offset && offset <= end);
}
