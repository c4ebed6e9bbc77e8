import { CopyRows, endOfRows, startOfRows } from './copy-rows.js';
import { StringMode } from './string-mode.js';

/**
 * A small lexer for PostgreSQL's lexical rules: enough to recognize comments, strings, function bodies and words. It
 * never judges SQL; the server does. Rules: https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

export type TokenKind =
  | 'whitespace'
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

/** Called for each token with UTF-16 offsets; return `false` to stop. */
type TokenVisitor = (kind: TokenKind, start: number, end: number) => void | boolean;

/** A token that is still open at the end of the text. */
export interface Unclosed {
  readonly kind: 'string' | 'dollar-string' | 'quoted-identifier' | 'block-comment' | 'copy-rows';
  /** UTF-16 offset at which it begins. */
  readonly start: number;
}

const WHITESPACE = /[ \t\n\r\f\v]+/y;
const LINE_COMMENT = /--[^\r\n]*/y;
const REST_OF_LINE = /[^\r\n]*/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\d[\w.]*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const OPERATOR = /[+\-*/<>=~!@#%^&|`?:]/;
const ESCAPE_PREFIX = /^e$/i;
const STRING_PREFIX = /^(?:e|b|x|n)$/i;
const UNICODE_PREFIX = /u&(?=['"])/iy;
/** What may separate the parts of one string. The second part follows the rules of the first, including escapes. */
const CONTINUATION = /(?:[ \t\f\v]*(?:--[^\r\n]*)?[\r\n])+[ \t\f\v]*'/y;

/**
 * Walks over the tokens of a text.
 *
 * @param mode follows how strings are read.
 * @returns what was still open at the end of the text, or undefined when the text is lexically closed.
 */
export function lex(text: string, visit: TokenVisitor, mode = new StringMode()): Unclosed | undefined {
  const copy = new CopyRows();
  let rows: number | undefined;
  let position = 0;
  while (position < text.length) {
    const start = position;
    const token = start === rows ? rowsAt(text, start) : tokenAt(text, start, mode.backslashEscapes);
    const { kind, unclosed } = token;
    if (unclosed) return { kind: kind as Unclosed['kind'], start };
    const end = start < (rows ?? 0) ? Math.min(token.end, rows as number) : token.end;
    if (mode.isRelevant(kind)) mode.token(text.slice(start, end));
    if (visit(kind, start, end) === false) return undefined;
    if (kind === 'semicolon') {
      if (copy.endOfStatement() && (rows = startOfRows(text, end)) === undefined)
        return { kind: 'copy-rows', start: end };
    } else if (copy.isRelevant && isSql(kind)) copy.token(text.slice(start, end));
    position = end;
  }
  return copy.endOfStatement() || rows === position ? { kind: 'copy-rows', start: position } : undefined;
}

/** True for whitespace and comments. */
export function isBlank(kind: TokenKind): boolean {
  return kind === 'whitespace' || kind === 'line-comment' || kind === 'block-comment';
}

function isSql(kind: TokenKind): boolean {
  return !isBlank(kind) && kind !== 'copy-rows' && kind !== 'meta-command';
}

function rowsAt(text: string, start: number): Token {
  const end = endOfRows(text, start);
  return { kind: 'copy-rows', end: end ?? text.length, unclosed: end === undefined };
}

interface Token {
  kind: TokenKind;
  end: number;
  unclosed?: boolean;
}

function tokenAt(text: string, start: number, backslashEscapes = false): Token {
  const char = text.charAt(start);
  const whitespace = match(WHITESPACE, text, start);
  if (whitespace) return { kind: 'whitespace', end: whitespace };
  switch (char) {
    case "'":
      return quoted('string', text, start, "'", backslashEscapes);
    case '"':
      return quoted('quoted-identifier', text, start, '"', false);
    case ';':
      return { kind: 'semicolon', end: start + 1 };
    case '\\':
      return { kind: 'meta-command', end: match(REST_OF_LINE, text, start) };
    case '$':
      return dollar(text, start);
    case '-':
      if (text.charAt(start + 1) === '-') return { kind: 'line-comment', end: match(LINE_COMMENT, text, start) };
      break;
    case '/':
      if (text.charAt(start + 1) === '*') return blockComment(text, start);
      break;
  }
  const unicode = match(UNICODE_PREFIX, text, start);
  if (unicode) {
    const quote = text.charAt(unicode) as "'" | '"';
    return quoted(quote === "'" ? 'string' : 'quoted-identifier', text, unicode, quote, false);
  }
  const word = match(WORD, text, start);
  if (word) {
    const prefix = text.slice(start, word);
    if (text.charAt(word) === "'" && STRING_PREFIX.test(prefix)) {
      return quoted('string', text, word, "'", ESCAPE_PREFIX.test(prefix));
    }
    return { kind: 'word', end: word };
  }
  const number = match(NUMBER, text, start);
  if (number) return { kind: 'number', end: number };
  if (OPERATOR.test(char)) return { kind: 'operator', end: operatorEnd(text, start) };
  return { kind: 'punctuation', end: start + 1 };
}

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
  if (!bodyStart) {
    let end = start + 1;
    while (/\d/.test(text.charAt(end))) end++;
    return { kind: 'punctuation', end };
  }
  const tag = text.slice(start, bodyStart);
  const close = text.indexOf(tag, bodyStart);
  return close < 0
    ? { kind: 'dollar-string', end: text.length, unclosed: true }
    : { kind: 'dollar-string', end: close + tag.length };
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

/** An operator ends where a comment begins. */
function operatorEnd(text: string, start: number): number {
  let end = start + 1;
  while (OPERATOR.test(text.charAt(end))) {
    const pair = text.slice(end, end + 2);
    if (pair === '--' || pair === '/*') break;
    end++;
  }
  return end;
}

/** Offset of the first character in `[start, end)` that is neither whitespace nor comment; `end` when there is none. */
export function skipBlank(text: string, start: number, end: number): number {
  let position = start;
  while (position < end) {
    const token = tokenAt(text, position);
    if (!isBlank(token.kind)) return position;
    position = token.end;
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
