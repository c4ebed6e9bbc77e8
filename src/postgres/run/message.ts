import type { TransactionalProgram } from '../../core/compile/program.js';
import { countCodePoints, offsetOfCodePoint } from '../../core/sql/text/position.js';
import type { Statement } from '../../core/sql/statements/statements.js';

/** What a part of a message is for. */
export type PartKind = 'reset' | 'announce' | 'begin' | 'claim' | 'body' | 'complete' | 'commit' | 'lock-check';

/** A run of statements inside a message. */
export interface Part {
  readonly kind: PartKind;
  /** The migration that it belongs to. */
  readonly program?: TransactionalProgram;
  readonly text: string;
  /** Of a body: where its text begins in the source, and the statements in it as far as they are known. */
  readonly offset?: number;
  readonly statements?: readonly Statement[] | undefined;
  /**
   * How many statements it has, each of which the server reports when it completes; undefined when only the server
   * knows.
   */
  readonly commands: number | undefined;
}

export function part(kind: PartKind, statements: readonly string[], program?: TransactionalProgram): Part {
  // A statement taken from a file may end in a line comment: the semicolon goes on a line of its own.
  const text = statements.map((statement) => `${statement}\n;`).join('\n');
  return { kind, text, commands: statements.length, ...(program && { program }) };
}

/** Part of a source's text: all of it, or a piece. */
export function bodyPart(text: string, offset: number, statements: readonly Statement[] | undefined): Part {
  return { kind: 'body', text: `${text}\n;`, offset, statements, commands: statements?.length };
}

/** A place in a message. */
export interface Place {
  readonly part: Part;
  /** UTF-16 offset in the source, when it is known. */
  readonly offset: number | undefined;
}

/** Follows a message while it runs, from one completed statement to the next. */
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

/**
 * Several parts as one message to the server, and the way back from what the server reports to the part that it
 * concerns.
 */
export class Message {
  readonly text: string;

  constructor(readonly parts: readonly Part[]) {
    this.text = parts.map((each) => each.text).join('\n');
  }

  /**
   * Where an error happened: by the server's position (in characters, from 1) if it gave one, else by counting
   * statements.
   */
  locate(completed: number, position: number | undefined): Place | undefined {
    const running = this.runningPart(completed);
    const byPosition = position === undefined ? undefined : this.partAt(position);
    if (byPosition) return byPosition;
    if (!running) return undefined;
    return { part: running.part, offset: running.part.statements?.[running.index]?.start };
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

  private partAt(position: number): Place | undefined {
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
