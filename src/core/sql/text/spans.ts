import { tokensOfCode, visitCode } from './code.js';
import { CopyRows, endOfRows, startOfRows } from './copy-rows.js';
import { StringMode } from './string-mode.js';

/**
 * The outer level of PostgreSQL's lexical rules: it finds comments, strings and function bodies, and does not split
 * the code between them. It never judges SQL; the server does.
 * Rules: https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 *
 * Regular expressions and `indexOf` handle long runs of characters, because most files are read before this code
 * has been optimized by the JavaScript engine.
 */

export type SpanKind =
  /** Words, numbers, operators and punctuation; see `code.ts`. */
  | 'code'
  | 'line-comment'
  | 'block-comment'
  | 'string'
  | 'dollar-string'
  | 'quoted-identifier'
  | 'semicolon'
  /** A backslash and the rest of its line: only psql understands it. */
  | 'meta-command'
  /** Rows of `COPY … FROM stdin`, with the line `\.` that ends them. */
  | 'copy-rows';

/** Called with UTF-16 offsets; return `false` to stop. */
type SpanVisitor = (kind: SpanKind, start: number, end: number) => void | boolean;

/** A span that is still open at the end of the text. */
export interface Unclosed {
  readonly kind: 'string' | 'dollar-string' | 'quoted-identifier' | 'block-comment' | 'copy-rows';
  /** UTF-16 offset at which it begins. */
  readonly start: number;
}

/**
 * Walks over the spans of a text. Whitespace between them belongs to none.
 *
 * @param mode tracks how strings are read.
 * @returns what was still open at the end of the text, or undefined when the text is lexically closed.
 */
export function readSpans(text: string, visit: SpanVisitor, mode = new StringMode()): Unclosed | undefined {
  const copy = new CopyRows();
  for (let start = skip(WHITESPACE, text, 0); start < text.length;) {
    const { kind, end, unclosed } = spanAt(text, start, mode.backslashEscapes);
    if (unclosed) return { kind: kind as Unclosed['kind'], start };
    if (visit(kind, start, end) === false) return undefined;
    let next: number | Unclosed | undefined = end;
    if (kind === 'semicolon') {
      mode.endOfStatement();
      if (copy.endOfStatement()) next = readRows(text, end, visit);
    } else if (mode.isRelevant || copy.isRelevant) follow(kind, text.slice(start, end), mode, copy);
    if (typeof next !== 'number') return next;
    start = skip(WHITESPACE, text, next);
  }
  return copy.endOfStatement() ? { kind: 'copy-rows', start: text.length } : undefined;
}

/** Tracks the statements that change how the text after them is lexed. */
function follow(kind: SpanKind, span: string, mode: StringMode, copy: CopyRows): void {
  if (isComment(kind) || kind === 'meta-command') return;
  const follows = (token: string): boolean => {
    mode.token(token);
    copy.token(token);
    return mode.isRelevant || copy.isRelevant;
  };
  if (kind === 'code') visitCode(span, (_, start, end) => follows(span.slice(start, end)));
  else follows(span);
}

/** Visits the rows of a `COPY … FROM stdin`. @returns the end of the line that ends them, or what is unclosed. */
function readRows(text: string, semicolon: number, visit: SpanVisitor): number | Unclosed | undefined {
  const start = startOfRows(text, semicolon);
  if (start === undefined) return { kind: 'copy-rows', start: semicolon };
  const comment = skip(WHITESPACE, text, semicolon);
  if (comment < start && visit('line-comment', comment, skip(REST_OF_LINE, text, comment)) === false) return undefined;
  const end = endOfRows(text, start);
  if (end === undefined) return { kind: 'copy-rows', start };
  return visit('copy-rows', start, end) === false ? undefined : end;
}

/** True for comments, which only separate tokens, like whitespace. */
export function isComment(kind: string): boolean {
  return kind === 'line-comment' || kind === 'block-comment';
}

interface Span {
  readonly kind: SpanKind;
  readonly end: number;
  readonly unclosed?: boolean;
}

// The sticky patterns match at any offset.
const WHITESPACE = /[ \t\n\r\f\v]*/y;
const REST_OF_LINE = /[^\r\n]*/y;
const REST_OF_WORD = /[\w$\u0080-\uffff]*/y;
const PARAMETER = /\$\d*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
/** What may separate the parts of one string. The second part follows the rules of the first, including escapes. */
const CONTINUATION = /(?:[ \t\f\v]*(?:--[^\r\n]*)?[\r\n])+[ \t\f\v]*'/y;
/** Matches before anything that may end code. */
const SPECIAL = /(?=['"$;\\]|--|\/\*)/g;
/** A prefix that belongs to the quote after it, as in `E'…'` and `U&"…"`. */
const STRING_PREFIX = /^(?:[ebxn]|u&)$/i;
const IDENTIFIER_PREFIX = /^u&$/i;
const END_OF_PREFIX = /[ebxn&]/i;
const WORD_CHARACTER = /[\w$\u0080-\uffff]/;
const WORD = /^[A-Za-z_\u0080-\uffff]/;

/** The span at an offset, where there must be no whitespace. */
function spanAt(text: string, start: number, backslashEscapes: boolean): Span {
  const special = findSpecial(text, start);
  const char = text.charAt(special);
  const prefix = char === "'" || char === '"' ? prefixIn(text.slice(start, special), char) : '';
  const end = special - prefix.length;
  if (end > start) return { kind: 'code', end };
  switch (char) {
    case "'":
      return quoted('string', text, special, "'", prefix === '' ? backslashEscapes : /e/i.test(prefix));
    case '"':
      return quoted('quoted-identifier', text, special, '"', false);
    case ';':
      return { kind: 'semicolon', end: start + 1 };
    case '$':
      return dollar(text, start);
    case '/':
      return blockComment(text, start);
    default:
      return { kind: char === '-' ? 'line-comment' : 'meta-command', end: skip(REST_OF_LINE, text, start) };
  }
}

/** The offset of the first character that is not part of code. */
function findSpecial(text: string, start: number): number {
  let from = start;
  for (;;) {
    SPECIAL.lastIndex = from;
    if (!SPECIAL.test(text)) return text.length;
    const at = SPECIAL.lastIndex;
    if (text.charAt(at) !== '$' || !endsInWord(text.slice(from, at))) return at;
    from = skip(REST_OF_WORD, text, at);
  }
}

/** True for code whose last word a dollar sign would continue. */
function endsInWord(code: string): boolean {
  return WORD_CHARACTER.test(code.slice(-1)) && WORD.test(tokensOfCode(code).at(-1) ?? '');
}

/** The prefix at the end of the code that belongs to the quote after it. */
function prefixIn(code: string, quote: string): string {
  if (!END_OF_PREFIX.test(code.slice(-1))) return '';
  const tokens = tokensOfCode(code);
  const prefix = tokens.slice(tokens.at(-1) === '&' ? -2 : -1).join('');
  const isPrefix = (quote === "'" ? STRING_PREFIX : IDENTIFIER_PREFIX).test(prefix) && code.endsWith(prefix);
  return isPrefix ? prefix : '';
}

/** The end of a match at an offset; 0 if there is none. */
function skip(sticky: RegExp, text: string, start: number): number {
  sticky.lastIndex = start;
  return sticky.test(text) ? sticky.lastIndex : 0;
}

function quoted(kind: SpanKind, text: string, open: number, quote: string, backslashEscapes: boolean): Span {
  let position = open + 1;
  for (;;) {
    const close = text.indexOf(quote, position);
    if (close < 0) return { kind, end: text.length, unclosed: true };
    if (backslashEscapes && isEscaped(text, open, close)) position = close + 1;
    else if (text.charAt(close + 1) === quote) position = close + 2;
    else {
      const continued = backslashEscapes ? skip(CONTINUATION, text, close + 1) : 0;
      if (!continued) return { kind, end: close + 1 };
      position = continued;
    }
  }
}

function isEscaped(text: string, open: number, position: number): boolean {
  let backslashes = 0;
  while (position - 1 - backslashes > open && text.charAt(position - 1 - backslashes) === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function dollar(text: string, start: number): Span {
  const bodyStart = skip(DOLLAR_TAG, text, start);
  if (!bodyStart) return { kind: 'code', end: skip(PARAMETER, text, start) };
  const tag = text.slice(start, bodyStart);
  const close = text.indexOf(tag, bodyStart);
  if (close < 0) return { kind: 'dollar-string', end: text.length, unclosed: true };
  return { kind: 'dollar-string', end: close + tag.length };
}

/** Block comments nest in PostgreSQL. */
function blockComment(text: string, start: number): Span {
  let depth = 1;
  let position = start + 2;
  const delimiter = /\/\*|\*\//g;
  while (depth > 0) {
    delimiter.lastIndex = position;
    const found = delimiter.exec(text);
    if (!found) return { kind: 'block-comment', end: text.length, unclosed: true };
    depth += found[0] === '/*' ? 1 : -1;
    position = found.index + 2;
  }
  return { kind: 'block-comment', end: position };
}

/** Offset of the first character in `[start, end)` that is neither whitespace nor comment; `end` when there is none. */
export function skipBlank(text: string, start: number, end: number): number {
  let position = skip(WHITESPACE, text, start);
  while (position < end) {
    if (text.startsWith('--', position)) position = skip(REST_OF_LINE, text, position);
    else if (text.startsWith('/*', position)) position = blockComment(text, position).end;
    else return position;
    position = skip(WHITESPACE, text, position);
  }
  return end;
}
