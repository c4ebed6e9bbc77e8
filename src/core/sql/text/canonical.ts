import { lex } from './lexer.js';

/**
 * The text without comments and with one space between tokens. Two texts that differ only in comments, line breaks or
 * indentation have the same canonical form; strings and function bodies are kept to the letter.
 */
export function canonicalSql(text: string): string {
  const tokens: string[] = [];
  const unclosed = lex(text, (kind, start, end) => {
    if (kind !== 'whitespace' && kind !== 'line-comment' && kind !== 'block-comment')
      tokens.push(text.slice(start, end));
  });
  if (unclosed) tokens.push(text.slice(unclosed.start));
  return tokens.join(' ');
}
