import { visitCode, type CodeTokenKind } from './code.js';
import { readSpans, type SpanKind, type Unclosed } from './spans.js';

/** The kinds of spans, with code split into tokens. */
export type TokenKind = Exclude<SpanKind, 'code'> | CodeTokenKind;

/** Called for each token with UTF-16 offsets; return `false` to stop. */
type TokenVisitor = (kind: TokenKind, start: number, end: number) => void | boolean;

/**
 * Walks over the tokens of a text. Whitespace is not a token.
 *
 * @returns what was still open at the end of the text, or undefined when the text is lexically closed.
 */
export function lex(text: string, visit: TokenVisitor): Unclosed | undefined {
  return readSpans(text, (spanKind, start, end) => {
    if (spanKind !== 'code') return visit(spanKind, start, end);
    return !visitCode(text.slice(start, end), (kind, from, to) => visit(kind, start + from, start + to));
  });
}

/** The texts of all tokens of one kind. */
export function tokensOf(text: string, wanted: TokenKind): string[] {
  const tokens: string[] = [];
  lex(text, (kind, start, end) => {
    if (kind === wanted) tokens.push(text.slice(start, end));
  });
  return tokens;
}
