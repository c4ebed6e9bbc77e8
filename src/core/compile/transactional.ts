import { locksSession } from '../sql/statements/session-state.js';
import type { ParsedStatement } from '../sql/statements/statements.js';
import { blankOut } from '../sql/text/blank.js';
import { isSetting, setsTransaction, transactionControl } from '../sql/statements/transaction-control.js';
import type { TransactionalProgram } from './program.js';

/** The statements inside a `BEGIN … COMMIT` around the whole file; all statements if there is none. */
export function withoutOwnTransaction(statements: readonly ParsedStatement[]): readonly ParsedStatement[] {
  const [first] = statements;
  const last = statements.at(-1);
  const wrapped =
    first && last && first !== last && transactionControl(first) === 'begin' && transactionControl(last) === 'commit';
  return wrapped ? statements.slice(1, -1) : statements;
}

/** The statements of a file, whether found by the parser or not. */
export interface ReadStatements {
  /** Empty when the file is not lexically closed. */
  readonly statements: readonly ParsedStatement[];
  /** False when the statements are only a guess. */
  readonly areKnown: boolean;
  /** The same statements with their syntax trees; undefined if the parser cannot read the file. */
  readonly parsed: () => Promise<readonly ParsedStatement[] | undefined>;
  readonly separateMessages: boolean;
  readonly closed: boolean;
}

/** Decides what to send and how to open the transaction. */
export function transactional(
  sql: string,
  { statements, areKnown, parsed, separateMessages, closed }: ReadStatements,
): Omit<TransactionalProgram, 'kind' | 'migration' | 'source' | 'timeouts' | 'changesSessionDefaults'> {
  const { begin, hoisted, rest, commit } = takeApart(statements);
  return {
    ownTransaction: begin !== undefined,
    begin: begin ? sql.slice(begin.start, begin.end) : 'BEGIN',
    preamble: hoisted.map(({ start, end }) => sql.slice(start, end)),
    body: blankOut(sql, [...(begin ? [begin] : []), ...hoisted, ...(commit ? [commit] : [])]),
    statements: areKnown ? rest : undefined,
    parsed: async () => {
      const all = await parsed();
      return all && takeApart(all).rest;
    },
    sessionLock: rest.find(locksSession),
    separateMessages,
    closed,
  };
}

interface TransactionParts {
  /** The file's own `BEGIN` and `COMMIT`. */
  readonly begin: ParsedStatement | undefined;
  readonly commit: ParsedStatement | undefined;
  /** `SET TRANSACTION`. */
  readonly hoisted: readonly ParsedStatement[];
  readonly rest: readonly ParsedStatement[];
}

function takeApart(statements: readonly ParsedStatement[]): TransactionParts {
  const inner = withoutOwnTransaction(statements);
  const [begin, commit] = inner.length < statements.length ? [statements[0], statements.at(-1)] : [];
  // Other settings may precede SET TRANSACTION; queries may not.
  const firstOther = inner.findIndex((statement) => !isSetting(statement));
  const hoisted = (firstOther < 0 ? inner : inner.slice(0, firstOther)).filter(setsTransaction);
  return { begin, commit, hoisted, rest: inner.filter((statement) => !hoisted.includes(statement)) };
}
