import { CopyRows, endOfRows, startOfRows } from './copy-rows.js';
import { StringMode } from './string-mode.js';

/**
 * A small lexer for PostgreSQL's lexical rules: enough to recognize comments, strings, function bodies and words. It
 * never judges SQL; the server does. Rules: https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

export type TokenKind =
  | 'line-comment'
  | 'block-comment'
  | 'string'
  | 'dollar-string'
  | 'quoted-identifier'
  | 'word'
  | 'number'
  | 'operator'
  | 'semicolon'
  /** A backslash and the rest of its line: only psql understands it. */
  | 'meta-command'
  /** Rows of `COPY … FROM stdin`, with the line `\.` that ends them. */
  | 'copy-rows'
  | 'punctuation';

/** Called for each token with UTF-16 offsets; return `false` to stop. Whitespace is not a token. */
type TokenVisitor = (kind: TokenKind, start: number, end: number) => void | boolean;

/** A token that is still open at the end of the text. */
export interface Unclosed {
  readonly kind: 'string' | 'dollar-string' | 'quoted-identifier' | 'block-comment' | 'copy-rows';
  /** UTF-16 offset at which it begins. */
  readonly start: number;
}

/**
 * Walks over the tokens of a text.
 *
 * @param mode follows how strings are read.
 * @returns what was still open at the end of the text, or undefined when the text is lexically closed.
 */
export function lex(text: string, visit: TokenVisitor, mode = new StringMode()): Unclosed | undefined {
  const copy = new CopyRows();
  let start = match(WHITESPACE, text, 0);
  while (start < text.length) {
    const { kind, end, unclosed } = tokenAt(text, start, mode.backslashEscapes);
    if (unclosed) return { kind: kind as Unclosed['kind'], start };
    if (visit(kind, start, end) === false) return undefined;
    let next = end;
    if (kind === 'semicolon') {
      mode.endOfStatement();
      if (copy.endOfStatement()) {
        const rows = readRows(text, end, visit);
        if (typeof rows !== 'number') return rows;
        next = rows;
      }
    } else if ((mode.isRelevant || copy.isRelevant) && isSql(kind)) {
      const token = text.slice(start, end);
      mode.token(token);
      copy.token(token);
    }
    start = match(WHITESPACE, text, next);
  }
  return copy.endOfStatement() ? { kind: 'copy-rows', start: text.length } : undefined;
}

/** Visits the rows of a `COPY … FROM stdin`. @returns the end of the line that ends them, or what is missing. */
function readRows(text: string, semicolon: number, visit: TokenVisitor): number | Unclosed | undefined {
  const start = startOfRows(text, semicolon);
  if (start === undefined) return { kind: 'copy-rows', start: semicolon };
  const comment = match(WHITESPACE, text, semicolon);
  if (comment < start && visit('line-comment', comment, match(REST_OF_LINE, text, comment)) === false) return undefined;
  const end = endOfRows(text, start);
  if (end === undefined) return { kind: 'copy-rows', start };
  return visit('copy-rows', start, end) === false ? undefined : end;
}

/** True for comments, which like whitespace separate tokens and mean nothing. */
export function isComment(kind: TokenKind): boolean {
  return kind === 'line-comment' || kind === 'block-comment';
}

function isSql(kind: TokenKind): boolean {
  return !isComment(kind) && kind !== 'meta-command';
}

interface Token {
  readonly kind: TokenKind;
  readonly end: number;
  readonly unclosed?: boolean;
}

// Runs of characters are left to regular expressions: most files are read before the JavaScript here is compiled.
const WHITESPACE = /[ \t\n\r\f\v]*/y;
const REST_OF_LINE = /[^\r\n]*/y;
const WORD = /[\w$\u0080-\uffff]+/y;
const NUMBER = /[\w.]+/y;
/** An operator ends where a comment begins. */
const OPERATOR = /(?:(?!--|\/\*)[+\-*/<>=~!@#%^&|`?:])+/y;
const PARAMETER = /\$\d*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
/** What may separate the parts of one string. The second part follows the rules of the first, including escapes. */
const CONTINUATION = /(?:[ \t\f\v]*(?:--[^\r\n]*)?[\r\n])+[ \t\f\v]*'/y;

/** What an ASCII character begins. All others begin a word. */
const BEGINS: readonly (TokenKind | 'several')[] = Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(char)) return 'word';
  if (/\d/.test(char)) return 'number';
  if (char === ';') return 'semicolon';
  if (/['"$\\/-]/.test(char)) return 'several';
  return /[+*<>=~!@#%^&|`?:]/.test(char) ? 'operator' : 'punctuation';
});

/** The token at an offset that has no whitespace. */
function tokenAt(text: string, start: number, backslashEscapes = false): Token {
  const kind = BEGINS[text.charCodeAt(start)] ?? 'word';
  switch (kind) {
    case 'word':
      return word(text, start);
    case 'number':
      return { kind, end: match(NUMBER, text, start) };
    case 'operator':
      return { kind, end: match(OPERATOR, text, start) };
    case 'several':
      return special(text, start, backslashEscapes);
    default:
      return { kind, end: start + 1 };
  }
}

/** A word, or a string or quoted identifier that begins with a letter: `E'…'`, `U&"…"`. */
function word(text: string, start: number): Token {
  const end = match(WORD, text, start);
  if (end === start + 1) {
    const next = text.charAt(end);
    const prefix = text.charAt(start).toLowerCase();
    if (next === "'" && 'ebxn'.includes(prefix)) return quoted('string', text, end, "'", prefix === 'e');
    const unicode = prefix === 'u' && next === '&' ? text.charAt(end + 1) : '';
    if (unicode === "'") return quoted('string', text, end + 1, "'", false);
    if (unicode === '"') return quoted('quoted-identifier', text, end + 1, '"', false);
  }
  return { kind: 'word', end };
}

function special(text: string, start: number, backslashEscapes: boolean): Token {
  switch (text.charAt(start)) {
    case "'":
      return quoted('string', text, start, "'", backslashEscapes);
    case '"':
      return quoted('quoted-identifier', text, start, '"', false);
    case '$':
      return dollar(text, start);
    case '\\':
      return { kind: 'meta-command', end: match(REST_OF_LINE, text, start) };
    case '-':
      if (text.charAt(start + 1) === '-') return { kind: 'line-comment', end: match(REST_OF_LINE, text, start) };
      break;
    case '/':
      if (text.charAt(start + 1) === '*') return blockComment(text, start);
      break;
  }
  return { kind: 'operator', end: match(OPERATOR, text, start) };
}

/** The end of a match at an offset; 0 if there is none. */
function match(sticky: RegExp, text: string, start: number): number {
  sticky.lastIndex = start;
  return sticky.test(text) ? sticky.lastIndex : 0;
}

function quoted(kind: TokenKind, text: string, open: number, quote: string, backslashEscapes: boolean): Token {
  let position = open + 1;
  for (;;) {
    const close = text.indexOf(quote, position);
    if (close < 0) return { kind, end: text.length, unclosed: true };
    if (backslashEscapes && isEscaped(text, open, close)) position = close + 1;
    else if (text.charAt(close + 1) === quote) position = close + 2;
    else {
      const continued = backslashEscapes ? match(CONTINUATION, text, close + 1) : 0;
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

function dollar(text: string, start: number): Token {
  const bodyStart = match(DOLLAR_TAG, text, start);
  if (!bodyStart) return { kind: 'punctuation', end: match(PARAMETER, text, start) };
  const tag = text.slice(start, bodyStart);
  const close = text.indexOf(tag, bodyStart);
  if (close < 0) return { kind: 'dollar-string', end: text.length, unclosed: true };
  return { kind: 'dollar-string', end: close + tag.length };
}

/** Block comments nest in PostgreSQL. */
function blockComment(text: string, start: number): Token {
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
  let position = match(WHITESPACE, text, start);
  while (position < end) {
    const token = tokenAt(text, position);
    if (!isComment(token.kind)) return position;
    position = match(WHITESPACE, text, token.end);
  }
  return end;
}

/** The texts of all tokens of one kind. */
export function tokensOf(text: string, wanted: TokenKind): string[] {
  const tokens: string[] = [];
  lex(text, (kind, start, end) => {
    if (kind === wanted) tokens.push(text.slice(start, end));
  });
  return tokens;
}
