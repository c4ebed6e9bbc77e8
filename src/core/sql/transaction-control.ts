import type { TransactionStmtKind } from '@pgsql/types';
import type { Statement } from './statements.js';

/** What a statement does to the transaction that it stands in. */
export type TransactionControl = 'begin' | 'commit' | 'other-end' | 'none';

export function transactionControl({ node }: Statement): TransactionControl {
  if (!node || !('TransactionStmt' in node)) return 'none';
  const { kind, chain } = node.TransactionStmt;
  if (kind === 'TRANS_STMT_COMMIT') return chain ? 'other-end' : 'commit';
  return CONTROL[kind as TransactionStmtKind] ?? 'none';
}

/** `COMMIT AND CHAIN`, `ROLLBACK` and `PREPARE TRANSACTION` end a transaction in ways that only the server can carry out. */
const CONTROL: Partial<Record<TransactionStmtKind, TransactionControl>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_ROLLBACK: 'other-end',
  TRANS_STMT_PREPARE: 'other-end',
};

/** `SET TRANSACTION …`: it must come before any other statement of its transaction, our claim included. */
export function setsTransaction({ node }: Statement): boolean {
  return (
    node !== undefined &&
    'VariableSetStmt' in node &&
    node.VariableSetStmt.kind === 'VAR_SET_MULTI' &&
    node.VariableSetStmt.name?.startsWith('TRANSACTION') === true
  );
}
