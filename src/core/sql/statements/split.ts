import type { Node, TransactionStmtKind } from '@pgsql/types';
import { canonicalSql } from '../text/canonical.js';
import { isComment, lex, skipBlank } from '../text/lexer.js';
import type { Statement } from './statements.js';

/**
 * Splits at top-level semicolons, for text that the parser cannot read or that is too large for it. Like `psql`, it
 * counts parentheses (`CREATE RULE … DO (…; …)`), and finds the end of a `BEGIN ATOMIC … END` body by counting `BEGIN`,
 * `CASE` and `END`. Only transaction commands get a syntax tree. COPY rows and psql commands belong to no statement.
 */
export function splitLexically(text: string): Statement[] {
  const statements: Statement[] = [];
  let from = 0;
  const close = (end: number): void => {
    const start = skipBlank(text, from, end);
    if (start < end) statements.push({ start, end, node: transactionCommand(text.slice(start, end)) });
    from = end + 1;
  };
  let depth = 0;
  let parentheses = 0;
  let previous = '';
  lex(text, (kind, start, end) => {
    if (kind === 'semicolon' && depth === 0 && parentheses === 0) close(start);
    if (kind === 'copy-rows' || kind === 'meta-command') from = end;
    if (isComment(kind)) return;
    if (kind === 'punctuation') parentheses = Math.max(0, parentheses + (PARENTHESES[text.charAt(start)] ?? 0));
    const word = kind === 'word' ? text.slice(start, end).toLowerCase() : '';
    if (depth === 0) depth = previous === 'begin' && word === 'atomic' ? 1 : 0;
    else if (word === 'case') depth++;
    else if (word === 'end') depth--;
    previous = word;
  });
  close(text.length);
  return statements;
}

const PARENTHESES: Readonly<Record<string, number>> = { '(': 1, ')': -1 };
const MAX_COMMAND_LENGTH = 500;
const FIRST_WORD = /^(?:begin|start|commit|end|rollback|abort|prepare)\b/i;

const COMMANDS: readonly (readonly [RegExp, TransactionStmtKind])[] = [
  [/^(?:BEGIN|START TRANSACTION)\b/, 'TRANS_STMT_BEGIN'],
  [/^(?:COMMIT|END)(?: WORK| TRANSACTION)?(?: AND (?:NO )?CHAIN)?$/, 'TRANS_STMT_COMMIT'],
  [/^(?:ROLLBACK|ABORT)(?: WORK| TRANSACTION)?(?: AND (?:NO )?CHAIN)?$/, 'TRANS_STMT_ROLLBACK'],
  [/^PREPARE TRANSACTION\b/, 'TRANS_STMT_PREPARE'],
];

function transactionCommand(statement: string): Node | undefined {
  if (statement.length > MAX_COMMAND_LENGTH || !FIRST_WORD.test(statement)) return undefined;
  const canonical = canonicalSql(statement).toUpperCase();
  const kind = COMMANDS.find(([form]) => form.test(canonical))?.[1];
  return kind && { TransactionStmt: { kind, chain: canonical.endsWith(' AND CHAIN') } };
}
