import { lex, type TokenKind } from '../../../../src/core/sql/text/lexer.js';

/** All tokens. */
export function tokens(text: string): [TokenKind, string][] {
  const found: [TokenKind, string][] = [];
  lex(text, (kind, start, end) => {
    found.push([kind, text.slice(start, end)]);
  });
  return found;
}
