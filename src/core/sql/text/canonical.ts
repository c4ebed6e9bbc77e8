import { isComment, lex } from './lexer.js';

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
  const tokens: string[] = [];
  visitTokens(text, (start, end) => {
    tokens.push(text.slice(start, end));
  });
  return tokens.join(' ');
}
