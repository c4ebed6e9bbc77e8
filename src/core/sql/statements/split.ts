import type { Node, TransactionStmtKind } from '@pgsql/types';
import { canonicalSql } from '../text/canonical.js';
import { isComment, type TokenKind } from '../text/lexer.js';
import type { ParsedStatement, Statement } from './statements.js';

/**
 * Splits at top-level semicolons. Like `psql`, it counts parentheses (`CREATE RULE … DO (…; …)`), and finds the end of a
 * `BEGIN ATOMIC … END` body by counting `BEGIN`, `CASE` and `END`. COPY rows and psql commands belong to no statement. It
 * expects all tokens of a text.
 */
export class StatementSplitter {
  /** The statements that have ended. */
  readonly statements: Statement[] = [];
  /** The start of the current statement; undefined between statements. */
  current: number | undefined;
  private depth = 0;
  private parentheses = 0;
  private previous = '';

  constructor(private readonly text: string) {}

  token(kind: TokenKind, start: number, end: number): void {
    if (isComment(kind)) return;
    if (kind === 'semicolon' && this.depth === 0 && this.parentheses === 0) this.conclude(start);
    else if (kind === 'copy-rows' || kind === 'meta-command') this.current = undefined;
    else this.current ??= start;
    if (kind === 'punctuation') {
      this.parentheses = Math.max(0, this.parentheses + (PARENTHESES[this.text.charAt(start)] ?? 0));
    }
    const word = kind === 'word' && end - start <= LONGEST_WORD ? this.text.slice(start, end).toLowerCase() : '';
    if (this.depth === 0) this.depth = this.previous === 'begin' && word === 'atomic' ? 1 : 0;
    else if (word === 'case') this.depth++;
    else if (word === 'end') this.depth--;
    this.previous = word;
  }

  /** Ends the current statement, if there is one. */
  conclude(end: number): void {
    if (this.current !== undefined) this.statements.push({ start: this.current, end });
    this.current = undefined;
  }
}

const PARENTHESES: Readonly<Record<string, number>> = { '(': 1, ')': -1 };
const LONGEST_WORD = 'atomic'.length;
const MAX_COMMAND_LENGTH = 500;
const FIRST_WORD = /^(?:begin|start|commit|end|rollback|abort|prepare)\b/i;

const COMMANDS: readonly (readonly [RegExp, TransactionStmtKind])[] = [
  [/^(?:BEGIN|START TRANSACTION)\b/, 'TRANS_STMT_BEGIN'],
  [/^(?:COMMIT|END)(?: WORK| TRANSACTION)?(?: AND (?:NO )?CHAIN)?$/, 'TRANS_STMT_COMMIT'],
  [/^(?:ROLLBACK|ABORT)(?: WORK| TRANSACTION)?(?: AND (?:NO )?CHAIN)?$/, 'TRANS_STMT_ROLLBACK'],
  [/^PREPARE TRANSACTION\b/, 'TRANS_STMT_PREPARE'],
];

/** Gives transaction commands their syntax trees, for statements that are not parsed. */
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
