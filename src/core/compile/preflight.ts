import { problemDetails } from '../errors/files/file-problems.js';
import { finding, type Finding, type FindingCode, type FindingDetails } from '../errors/finding.js';
import { OrdinaryStatements } from '../sql/statements/ordinary.js';
import type { CopySource, Statement } from '../sql/statements/statements.js';
import { blankOut, type Range } from '../sql/text/blank.js';
import { locate, type SourceLocation } from '../sql/text/position.js';
import { readSpans, type SpanKind, type Unclosed } from '../sql/text/spans.js';
import { StringMode } from '../sql/text/string-mode.js';
import { undoSectionProblem } from '../tools/registry.js';

/** What a lexical scan finds in a file, without the parser. */
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
  /** The statements of an ordinary file, which needs no parser; undefined for every other file. */
  readonly ordinary: readonly Statement[] | undefined;
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
  const outline = new OrdinaryStatements(text);
  const refuse = (code: FindingCode, offset: number, details: Omit<FindingDetails, 'subject'> = {}): void => {
    const { line, column } = place(offset);
    refusals.push(finding(code, { subject: file, line, column, ...details }));
  };
  const nul = text.indexOf('\0');
  if (nul >= 0) refuse('NUL_CHARACTER', nul);

  const visit = (kind: SpanKind, start: number, end: number): void => {
    outline.span(kind, start, end);
    if (kind === 'line-comment') {
      const undo = undoSectionProblem(text.slice(start, end));
      if (undo) refuse('UNDO_SECTION', start, problemDetails(undo));
    }
    if (kind === 'meta-command') {
      blanks.push({ start, end });
      if (!isHarmless(text, start, end)) refuse('META_COMMAND', start, { detail: metaCommand(text, start) });
    }
    if (kind === 'copy-rows') {
      blanks.push({ start, end });
      copies.set(outline.statements.at(-1)?.end ?? 0, rowsIn(start, end));
    }
  };
  const unclosed = readSpans(text, visit, mode);
  if (unclosed?.kind === 'copy-rows')
    refuse('COPY_WITHOUT_END', outline.current ?? outline.statements.at(-1)?.start ?? 0);
  const isOrdinary = !unclosed && !mode.changed && outline.conclude();
  return {
    refusals,
    unclosed,
    sql: blankOut(text, blanks),
    copies,
    changesStringMode: mode.changed,
    ordinary: isOrdinary ? outline.statements : undefined,
  };
}

const END_OF_ROWS = '\\.';

function rowsIn(start: number, end: number): CopySource {
  return { dataStart: start, dataEnd: end - END_OF_ROWS.length, wholeEnd: end };
}

/** `\restrict` and `\unrestrict`, which pg_dump writes: they only stop psql from running other commands. */
function isHarmless(text: string, start: number, end: number): boolean {
  const lineStart = Math.max(text.lastIndexOf('\n', start), text.lastIndexOf('\r', start)) + 1;
  return /^[ \t]*\\(?:un)?restrict(?:\s|$)/.test(text.slice(lineStart, end));
}

function metaCommand(text: string, start: number): string {
  return /^\\\S*/.exec(text.slice(start, start + 40))?.[0] ?? '\\';
}
