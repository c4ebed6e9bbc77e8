import type { Node } from '@pgsql/types';
import { partsOf } from '../../sql/statements/syntax-tree.js';
import { bodyOf } from './node.js';
import { columnIn, stringsOf } from './relation.js';

/**
 * True if a condition limits how many rows are written: by a LIMIT, or by comparing a unique column with constants,
 * each of which matches few rows.
 *
 * @param unique columns that have a different value in every row.
 */
export function isBounded(condition: Node, unique: ReadonlySet<string>): boolean {
  if (partsOf(condition).some((part) => 'limitCount' in part)) return true;
  return conjuncts(condition).some((part) => {
    const column = comparedColumn(part);
    return column !== undefined && unique.has(column);
  });
}

function conjuncts(condition: Node): Node[] {
  const both = bodyOf('BoolExpr', condition);
  return both?.boolop === 'AND_EXPR' ? (both.args ?? []).flatMap(conjuncts) : [condition];
}

const LIMITING = new Set(['AEXPR_OP', 'AEXPR_IN', 'AEXPR_OP_ANY', 'AEXPR_BETWEEN']);

/** The column of `column = constant`, `column IN (…)`, `column = ANY (…)`, `column BETWEEN a AND b`. */
function comparedColumn(node: Node): string | undefined {
  const { kind = '', name, lexpr, rexpr } = bodyOf('A_Expr', node) ?? {};
  const [operator] = stringsOf(name);
  if (!LIMITING.has(kind) || (kind !== 'AEXPR_BETWEEN' && operator !== '=') || !rexpr || !isConstant(rexpr))
    return undefined;
  return columnIn(lexpr);
}

function isConstant(node: Node): boolean {
  return !partsOf(node).some((part) => 'ColumnRef' in part || 'SubLink' in part);
}
