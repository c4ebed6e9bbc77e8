import type { TransactionStmtKind } from '@pgsql/types';
import type { ParsedStatement } from './statements.js';

/** What a statement does to the transaction that it is part of. */
type TransactionControl = 'begin' | 'commit' | 'other-end' | 'none';

/** What a statement does to its transaction; `none` if it cannot be parsed. */
export function transactionControl({ node }: ParsedStatement): TransactionControl {
  if (!node || !('TransactionStmt' in node)) return 'none';
  const { kind, chain } = node.TransactionStmt;
  if (kind === 'TRANS_STMT_COMMIT') return chain ? 'other-end' : 'commit';
  return CONTROL[kind as TransactionStmtKind] ?? 'none';
}

/**
 * `COMMIT AND CHAIN`, `ROLLBACK` and `PREPARE TRANSACTION` end a transaction in ways that only the server can carry
 * out.
 */
const CONTROL: Partial<Record<TransactionStmtKind, TransactionControl>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_ROLLBACK: 'other-end',
  TRANS_STMT_PREPARE: 'other-end',
};

/** `COMMIT AND CHAIN`, `ROLLBACK AND CHAIN`: they end a transaction and immediately begin another. */
export function chains({ node }: ParsedStatement): boolean {
  return node !== undefined && 'TransactionStmt' in node && node.TransactionStmt.chain === true;
}

/** `SET TRANSACTION …`: it must come before any other statement of its transaction, our claim included. */
export function setsTransaction({ node }: ParsedStatement): boolean {
  return (
    node !== undefined &&
    'VariableSetStmt' in node &&
    node.VariableSetStmt.kind === 'VAR_SET_MULTI' &&
    node.VariableSetStmt.name?.startsWith('TRANSACTION') === true
  );
}

/** True for `SET` and `RESET`. */
export function isSetting({ node }: ParsedStatement): boolean {
  return node !== undefined && 'VariableSetStmt' in node;
}

/** `BEGIN READ ONLY`, `SET TRANSACTION READ ONLY`: the history cannot be written in such a transaction. */
export function makesReadOnly(statement: ParsedStatement): boolean {
  const { node } = statement;
  if (!node) return false;
  const options =
    'TransactionStmt' in node
      ? node.TransactionStmt.options
      : setsTransaction(statement) && 'VariableSetStmt' in node
        ? node.VariableSetStmt.args
        : [];
  return (options ?? []).some((option) => {
    if (!('DefElem' in option) || option.DefElem.defname !== 'transaction_read_only') return false;
    const { arg } = option.DefElem;
    return arg !== undefined && 'A_Const' in arg && arg.A_Const.ival?.ival === 1;
  });
}
