import { lex } from '../sql/text/lexer.js';

/** What the comments at the top of a file ask for. */
export interface Directives {
  /** The file must not run in a transaction. */
  readonly noTransaction: boolean;
}

/** The forms that this tool and others use: goose, dbmate and Atlas among them. */
const NO_TRANSACTION = [
  /^no[-_]transaction$/i,
  /^\+goose\s+no\s+transaction$/i,
  /^migrate:up\b.*\btransaction:false\b/i,
  /^atlas:txmode\s+none$/i,
];

/** Reads the directives from the comments before the first statement. A word anywhere else is never a directive. */
export function readDirectives(text: string): Directives {
  let noTransaction = false;
  lex(text, (kind, start, end) => {
    if (kind === 'line-comment') {
      const comment = text.slice(start + 2, end).trim();
      noTransaction ||= NO_TRANSACTION.some((form) => form.test(comment));
      return true;
    }
    return kind === 'whitespace' || kind === 'block-comment';
  });
  return { noTransaction };
}
