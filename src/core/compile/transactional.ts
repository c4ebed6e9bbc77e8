import type { Statement } from '../sql/statements/statements.js';
import { blankOut } from '../sql/text/blank.js';
import { isSetting, setsTransaction, transactionControl } from '../sql/statements/transaction-control.js';
import type { TransactionalProgram } from './program.js';

/** The statements inside a `BEGIN … COMMIT` around the whole file; all statements if there is none. */
export function withoutOwnTransaction(statements: readonly Statement[]): readonly Statement[] {
  const [first] = statements;
  const last = statements.at(-1);
  const wrapped =
    first && last && first !== last && transactionControl(first) === 'begin' && transactionControl(last) === 'commit';
  return wrapped ? statements.slice(1, -1) : statements;
}

/** The statements of a file, parsed or guessed. */
export interface ReadStatements {
  /** Empty when the file is not lexically closed. */
  readonly statements: readonly Statement[];
  /** False when the parser could not read the file, and the statements are only a guess. */
  readonly areKnown: boolean;
  readonly separateMessages: boolean;
  readonly closed: boolean;
}

/** Decides what to send and how to open the transaction. */
export function transactional(
  sql: string,
  { statements, areKnown, separateMessages, closed }: ReadStatements,
): Omit<TransactionalProgram, 'kind' | 'migration' | 'source' | 'timeouts'> {
  const inner = withoutOwnTransaction(statements);
  const [begin, commit] = inner.length < statements.length ? [statements[0], statements.at(-1)] : [];
  // Other settings may precede SET TRANSACTION; queries may not.
  const firstOther = inner.findIndex((statement) => !isSetting(statement));
  const hoisted = (firstOther < 0 ? inner : inner.slice(0, firstOther)).filter(setsTransaction);
  return {
    ownTransaction: begin !== undefined,
    begin: begin ? sql.slice(begin.start, begin.end) : 'BEGIN',
    preamble: hoisted.map(({ start, end }) => sql.slice(start, end)),
    body: blankOut(sql, [...(begin ? [begin] : []), ...hoisted, ...(commit ? [commit] : [])]),
    statements: areKnown ? inner.filter((statement) => !hoisted.includes(statement)) : undefined,
    separateMessages,
    closed,
  };
}
