import { finding, type Finding, type FindingCode } from '../errors/finding.js';
import type { CopySource } from '../sql/statements/statements.js';
import { blankOut, type Range } from '../sql/text/blank.js';
import { isComment, lex, type TokenKind, type Unclosed } from '../sql/text/lexer.js';
import { locate, type SourceLocation } from '../sql/text/position.js';
import { StringMode } from '../sql/text/string-mode.js';
import { undoSectionAdvice } from '../tools/registry.js';

/** What a lexical scan finds in a file before it is parsed. */
export interface Preflight {
  /** Everything in the file that a driver cannot run or that must never run. */
  readonly refusals: readonly Finding[];
  /** Set when the file ends inside a string or comment: nothing may follow it in the same message. */
  readonly unclosed: Unclosed | undefined;
  /** The text with COPY rows and psql commands blanked out; offsets are unchanged. */
  readonly sql: string;
  /** The rows of each `COPY … FROM stdin`, keyed by the end offset of its statement. */
  readonly copies: ReadonlyMap<number, CopySource>;
  /** True when the file changes how strings are read, which only the server can follow. */
  readonly changesStringMode: boolean;
}

/**
 * Scans for undo sections and for anything that a driver cannot run. Words in comments, strings and function bodies
 * never count as SQL.
 *
 * @param place maps an offset in the text to its location in the file.
 */
export function preflight(
  file: string,
  text: string,
  place: (offset: number) => SourceLocation = (offset) => locate(text, offset),
): Preflight {
  const refusals: Finding[] = [];
  const blanks: Range[] = [];
  const copies = new Map<number, CopySource>();
  const mode = new StringMode();
  const statement = new StatementStart();
  const refuse = (code: FindingCode, offset: number, detail?: string): void => {
    const { line, column } = place(offset);
    refusals.push(finding(code, { subject: file, line, column, ...(detail !== undefined && { detail }) }));
  };
  const nul = text.indexOf('\0');
  if (nul >= 0) refuse('NUL_CHARACTER', nul);

  const visit = (kind: TokenKind, start: number, end: number): void => {
    statement.token(kind, start);
    if (kind === 'line-comment') {
      const advice = undoSectionAdvice(text.slice(start, end));
      if (advice !== undefined) refuse('UNDO_SECTION', start, advice);
    }
    if (kind === 'meta-command') {
      blanks.push({ start, end });
      if (!isHarmless(text, start, end)) refuse('META_COMMAND', start, metaCommand(text, start));
    }
    if (kind === 'copy-rows') {
      blanks.push({ start, end });
      copies.set(statement.lastEnd, { dataStart: start, dataEnd: end - END_OF_ROWS.length, wholeEnd: end });
    }
  };
  const unclosed = lex(text, visit, mode);
  if (unclosed?.kind === 'copy-rows') refuse('COPY_WITHOUT_END', statement.current ?? statement.last);
  return { refusals, unclosed, sql: blankOut(text, blanks), copies, changesStringMode: mode.changed };
}

/** Tracks where statements begin and end. */
class StatementStart {
  /** Start of the current statement; undefined between statements. */
  current: number | undefined;
  /** Start and end of the previous statement. */
  last = 0;
  lastEnd = 0;

  token(kind: TokenKind, start: number): void {
    if (isComment(kind) || kind === 'meta-command' || kind === 'copy-rows') return;
    if (kind !== 'semicolon') {
      this.current ??= start;
      return;
    }
    this.last = this.current ?? start;
    this.lastEnd = start;
    this.current = undefined;
  }
}

const END_OF_ROWS = '\\.';

/** `\restrict` and `\unrestrict`, which pg_dump writes: they only stop psql from running other commands. */
function isHarmless(text: string, start: number, end: number): boolean {
  const lineStart = Math.max(text.lastIndexOf('\n', start), text.lastIndexOf('\r', start)) + 1;
  return /^[ \t]*\\(?:un)?restrict(?:\s|$)/.test(text.slice(lineStart, end));
}

function metaCommand(text: string, start: number): string {
  return /^\\\S*/.exec(text.slice(start, start + 40))?.[0] ?? '\\';
}
