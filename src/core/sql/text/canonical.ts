import { tokensOfCode } from './code.js';
import { lex } from './lexer.js';
import { isComment, readSpans } from './spans.js';

/**
 * Calls `visit` with the offsets of each token that is neither whitespace nor a comment; an unclosed token at the end
 * counts as one. Return `false` to stop.
 */
export function visitTokens(text: string, visit: (start: number, end: number) => void | boolean): void {
  const unclosed = lex(text, (kind, start, end) => {
    return isComment(kind) || visit(start, end);
  });
  if (unclosed) visit(unclosed.start, text.length);
}

/**
 * The text without comments and with one space between tokens. Two texts that differ only in comments, line breaks or
 * indentation have the same canonical form; strings and function bodies are kept verbatim.
 */
export function canonicalSql(text: string): string {
  const parts: string[] = [];
  const unclosed = readSpans(text, (kind, start, end) => {
    const span = text.slice(start, end);
    if (!isComment(kind)) parts.push(kind === 'code' ? tokensOfCode(span).join(' ') : span);
  });
  if (unclosed) parts.push(text.slice(unclosed.start));
  return parts.join(' ');
}
