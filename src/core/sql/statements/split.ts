import type { Node, TransactionStmtKind } from '@pgsql/types';
import { canonicalSql } from '../text/canonical.js';
import { lex } from '../text/lexer.js';
import { isComment } from '../text/spans.js';
import type { ParsedStatement, Statement } from './statements.js';

/**
 * Splits at top-level semicolons, for text that the parser cannot read or that is too large for it. Like `psql`, it
 * counts parentheses (`CREATE RULE … DO (…; …)`), and finds the end of a `BEGIN ATOMIC … END` body by counting `BEGIN`,
 * `CASE` and `END`. Only transaction commands get a syntax tree. COPY rows and psql commands belong to no statement.
 */
export function splitLexically(text: string): ParsedStatement[] {
  const statements: Statement[] = [];
  let current: number | undefined;
  const close = (end: number): void => {
    if (current !== undefined) statements.push({ start: current, end });
    current = undefined;
  };
  let depth = 0;
  let parentheses = 0;
  let previous = '';
  lex(text, (kind, start, end) => {
    if (isComment(kind)) return;
    if (kind === 'semicolon' && depth === 0 && parentheses === 0) close(start);
    else if (kind === 'copy-rows' || kind === 'meta-command') current = undefined;
    else current ??= start;
    if (kind === 'punctuation') parentheses = Math.max(0, parentheses + (PARENTHESES[text.charAt(start)] ?? 0));
    const word = kind === 'word' ? text.slice(start, end).toLowerCase() : '';
    if (depth === 0) depth = previous === 'begin' && word === 'atomic' ? 1 : 0;
    else if (word === 'case') depth++;
    else if (word === 'end') depth--;
    previous = word;
  });
  close(text.length);
  return withTransactionCommands(text, statements);
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

/** Adds the syntax trees of transaction commands to statements that are not parsed. */
export function withTransactionCommands(text: string, statements: readonly Statement[]): ParsedStatement[] {
  return statements.map((statement) => {
    const { start, end } = statement;
    return { ...statement, node: transactionCommand(text.slice(start, end)) };
  });
}

function transactionCommand(statement: string): Node | undefined {
  if (statement.length > MAX_COMMAND_LENGTH || !FIRST_WORD.test(statement)) return undefined;
  const canonical = canonicalSql(statement).toUpperCase();
  const kind = COMMANDS.find(([form]) => form.test(canonical))?.[1];
  return kind && { TransactionStmt: { kind, chain: canonical.endsWith(' AND CHAIN') } };
}
